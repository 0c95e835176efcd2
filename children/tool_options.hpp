#pragma once

#include <chrono>
#include <optional>

namespace mcpgw {

/// What is configured for one tool of a server, where it differs from the rest of the server.
struct tool_options {
    std::optional<std::chrono::milliseconds> call_timeout;  ///< without progress
    std::optional<std::chrono::milliseconds> total_timeout; ///< of a call in all
    /// Whether it may be called twice, whatever it says itself.
    std::optional<bool> is_repeatable;
};

} // namespace mcpgw
