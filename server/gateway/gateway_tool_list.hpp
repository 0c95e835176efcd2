// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"
#include "server/gateway/gateway_options.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// The gateway's own tools and resources as lists describe them. Pure; see gateway_tools for what
/// they do.

/// Raw JSON arrays for tools/list and resources/list. The eras differ in what an outputSchema may
/// be.
std::string_view own_tools_json(era client_era);
/// The same at the endpoint of a view, which stops no server for everybody else.
std::string_view own_tools_of_view_json(era client_era);
std::string_view own_resources_json();

bool is_own_tool(std::string_view name);
bool is_own_tool_of_view(std::string_view name);
bool is_own_resource(std::string_view uri);

/// How public names are made where the gateway's own stand beside those of the upstreams: its own
/// keep theirs.
naming_options naming_beside_own(const gateway_options& options);
/// Those names, and URIs.
std::set<std::string, std::less<>> own_names();

} // namespace mcpgw
