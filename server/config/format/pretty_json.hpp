// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace mcpgw {

/// JSON that people read: two blanks per level, one member a line; short lists of scalars stay in
/// one line. Without a newline at its end.
std::string pretty_json(const boost::json::value& value);

} // namespace mcpgw
