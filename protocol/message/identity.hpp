// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// Who we are, to clients (serverInfo) and to servers (clientInfo): a raw `Implementation` object
/// (2026-07-28, schema, "Implementation").
inline constexpr std::string_view gateway_identity =
    R"({"name":"mcp-gateway","title":"MCP gateway","version":")" MCPGW_VERSION R"("})";

} // namespace mcpgw
