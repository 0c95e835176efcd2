// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::bench {

/// What is run, and how much of it.
struct speed_options {
    std::string gateway;
    std::string echo;
    std::string nginx;                       ///< empty: there is none
    std::string against;                     ///< another gateway to compare with; empty: none
    std::string peers;                       ///< directory node_modules; empty: none are measured
    std::string node = "node";               ///< that runs the peers
    std::string write;                       ///< file of the report; empty: none is written
    std::set<std::string, std::less<>> only; ///< parts; empty: all, or calls if quick
    std::size_t rounds = 9;
    std::chrono::milliseconds measured{500}; ///< of each measurement
    bool is_quick = false;

    [[nodiscard]] bool wants(std::string_view part) const {
        return only.empty() ? !is_quick || part == "calls" : only.contains(part);
    }
};

/// Parts in the order in which they run.
extern const std::vector<std::string_view> speed_parts;
extern const std::string_view speed_usage;

/// Nothing: not understood, and said so.
std::optional<speed_options> read_speed_options(int argc, char** argv);

} // namespace mcpgw::bench
