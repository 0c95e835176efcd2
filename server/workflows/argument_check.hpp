// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/workflows/workflow.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace mcpgw {

/// What of a JSON Schema can be told of arguments before they are complete: names that it does not
/// know, required ones that are missing, types of values that are there. A text with an expression
/// may become anything, if it is nothing but that; otherwise it is a text.
///
/// Places are those in the arguments: "path", "list[2]".
std::vector<workflow_problem> check_arguments(const boost::json::object& schema,
                                              const boost::json::object& arguments,
                                              bool has_expressions);

/// Arguments for a workflow with that schema: members that are not there and have a `default` get
/// it. Error: invalid_arguments.
result<boost::json::object> complete_arguments(const boost::json::object& schema,
                                               boost::json::object given);

} // namespace mcpgw
