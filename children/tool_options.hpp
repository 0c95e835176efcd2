// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// Who answers a call in place of a server that fails.
struct fallback_target {
    std::string server;
    std::string tool;      ///< empty: the one of the same name
    std::string arguments; ///< fill_template(); empty: those of the call
    /// Also where the server that failed may have done the work already.
    bool is_always_allowed = false;

    bool operator==(const fallback_target&) const = default;
};

/// What is configured for one tool of a server, where it differs from the rest of the server.
struct tool_options {
    std::optional<std::chrono::milliseconds> call_timeout;  ///< without progress
    std::optional<std::chrono::milliseconds> total_timeout; ///< of a call in all
    /// Whether it may be called twice, whatever it says itself.
    std::optional<bool> is_repeatable;
    std::optional<std::vector<fallback_target>> fallbacks; ///< in this order

    bool operator==(const tool_options&) const = default;
};

} // namespace mcpgw
