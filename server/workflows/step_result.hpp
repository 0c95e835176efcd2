// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace mcpgw {

/// What a result of tools/call is for the steps after it: its structuredContent; else its texts,
/// and where these are JSON of an object or a list, that value.
boost::json::value output_of_result(const boost::json::value& result);

/// A result with isError as a fault, which says what the tool said. Nothing: it is none.
result<void> check_result(const boost::json::value& result);

} // namespace mcpgw
