// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/cache_hints.hpp"

#include "protocol/json/json_members.hpp"

#include <algorithm>
#include <charconv>

namespace mcpgw {

cache_hints cache_hints::of(std::string_view result_json) {
    cache_hints hints;
    const auto ttl = find_member(result_json, "ttlMs");
    std::uint64_t value = 0;
    const auto* const end = ttl.data() + ttl.size();
    const auto read = std::from_chars(ttl.data(), end, value);
    // A negative one counts as 0 (2026-07-28, server/utilities/caching).
    if (read.ec == std::errc{} && read.ptr == end) hints.ttl_ms = value;
    hints.is_public = find_member(result_json, "cacheScope") == R"("public")";
    return hints;
}

void cache_hints::merge(const cache_hints& other) {
    ttl_ms = std::min(ttl_ms, other.ttl_ms);
    is_public = is_public && other.is_public;
}

} // namespace mcpgw
