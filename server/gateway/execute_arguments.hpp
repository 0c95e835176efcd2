// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/text/truncation.hpp"
#include "transports/session/request_handler.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace mcpgw {

/// Arguments of the gateway's own tools. Pure.

/// Parses and checks the `arguments` of one of our tools: an object with known keys of the right
/// types. Served where the meaning is certain: null is absence, a text may hold the JSON of an
/// object or a number. invalid_arguments says which is wrong and what was expected.
result<boost::json::object> parse_arguments(std::string_view arguments_json, std::string_view tool);

/// head, tail, head_chars, tail_chars of execute_child_tool.
truncation truncation_of(const boost::json::object& arguments);

/// The raw `arguments` (or `tool_args`) object inside the arguments of execute_child_tool, byte for
/// byte as the client sent it; "{}" where there is none. `room`: for those that came as a text.
std::string_view raw_tool_arguments(const client_request& request, std::string& room);

/// A JSON-RPC error that a child answered to tools/call, as one of our faults.
fault fault_of_child_error(std::string_view server, std::string_view tool,
                           std::string_view error_json);

/// The result with structuredContent: execute_child_tool promises one in its outputSchema.
std::string with_structured_content(std::string result_json, std::string_view server,
                                    std::string_view tool);

} // namespace mcpgw
