// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/dialect.hpp"
#include "server/config/format/config_document.hpp"

#include <optional>
#include <string>

namespace mcpgw {

/// A time of another program's file, in seconds.
struct foreign_time {
    double seconds = 0;
    std::string doubt; ///< why it may be wrong, or was read in another unit; empty: it is certain
};

/// Reads a number in `unit`, or a text with a unit of its own ("90s", "2m", "1h30m", "500ms").
/// A time that nobody means is read in the unit in which somebody may: 30 milliseconds end every
/// call, 60,000 seconds are most of a day. `is_exact`: the key itself names the unit.
/// Nothing: it is no time.
std::optional<foreign_time> read_foreign_time(const config_node& node, time_unit unit,
                                              bool is_exact);

} // namespace mcpgw
