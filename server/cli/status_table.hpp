// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>

#include <chrono>
#include <string>

namespace mcpgw {

/// The states of servers (gateway_tools::status_of) as a person reads them: a table with headings
/// and aligned columns, and below it what is wrong with those where something is. Pure.
std::string status_table(const boost::json::array& statuses);

/// "45 s", "3 min 12 s", "2 h 5 min", "3 d 4 h".
std::string shown_duration(std::chrono::seconds time);

} // namespace mcpgw
