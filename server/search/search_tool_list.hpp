// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"

#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// The tools by which clients find and call others where `expose` is `search`, as lists describe
/// them: search_tools, describe_tool, call_tool. Pure; see search_tools for what they do.

/// Raw JSON array for tools/list. Modern clients are not told which tools become tasks.
std::string_view search_tools_json(era client_era);
bool is_search_tool(std::string_view name);
std::set<std::string, std::less<>> search_tool_names();

} // namespace mcpgw
