// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace mcpgw {

/// Longest time that eventually() asks; far beyond what a loaded machine needs.
inline constexpr std::chrono::seconds eventually_max{60};

/// Asks `holds` again and again until it is true. Each question must let time go by itself, as a
/// call to a gateway does. False: it never was, within `eventually_max`.
template <class Condition>
bool eventually(const Condition& holds) {
    const auto end = std::chrono::steady_clock::now() + eventually_max;
    while (!holds())
        if (std::chrono::steady_clock::now() > end) return false;
    return true;
}

} // namespace mcpgw
