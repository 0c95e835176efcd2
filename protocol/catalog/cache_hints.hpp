// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace mcpgw {

/// How long, and by whom, a list may be kept (2026-07-28, server/utilities/caching). Legacy servers
/// say nothing: nobody may keep it.
struct cache_hints {
    using time_point = std::chrono::steady_clock::time_point; // passed in, never read here

    std::uint64_t ttl_ms = 0;
    bool is_public = false;

    /// Of a result (raw object); what it does not say in a valid way is 0 and private.
    static cache_hints of(std::string_view result_json);

    /// Both lists together: the shorter time, and private if one is.
    void merge(const cache_hints& other);
    friend bool operator==(const cache_hints&, const cache_hints&) = default;
};

} // namespace mcpgw
