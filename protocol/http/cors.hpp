// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"

#include <string>

namespace mcpgw {

/// Value of Access-Control-Allow-Headers for a preflight request: the fields that MCP clients send,
/// and those Mcp-Param-* that the browser asks for (2026-07-28, basic/transports/streamable-http,
/// "Custom Headers from Tool Parameters"; a wildcard cannot stand for a part of a name).
std::string allowed_cors_headers(const request_head& head);

} // namespace mcpgw
