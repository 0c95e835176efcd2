// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/sandbox/isolation.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// Everything that the launcher has to know to become a child's program. Environments hold secrets:
/// orders travel over a private channel only, never in arguments.
struct launch_orders {
    pid_t gateway = 0; ///< who must be its parent
    isolation_options isolation;
    std::string path;
    std::vector<std::string> args; ///< without the program's own name
    std::vector<std::string> environment;
    /// Variables of `environment` that came from the gateway's own, by name: those that describe
    /// the user are not true for another one.
    std::vector<std::string> inherited;

    bool operator==(const launch_orders&) const = default;
};

/// Longest orders accepted: more than the system takes as arguments and environment.
inline constexpr std::size_t orders_bytes_max = 8U << 20U;

/// As bytes, for the same binary at the other end. No text in them may hold a zero byte.
std::string encode_orders(const launch_orders& orders);
/// Nothing: they are not whole, or not ours.
std::optional<launch_orders> decode_orders(std::string_view bytes);

} // namespace mcpgw
