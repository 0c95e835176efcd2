// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/http/http_rules.hpp"
#include "protocol/message/envelope.hpp"

#include <string_view>

namespace mcpgw {

/// The header rules of the modern era (2026-07-28): `_meta`, MCP-Protocol-Version, Mcp-Method and
/// Mcp-Name against the body.

/// Whether a POSTed message claims the modern era: `_meta` names a protocol version, or the header
/// MCP-Protocol-Version names no legacy revision while there is no Mcp-Session-Id, or Mcp-Method is
/// sent without a session and not with `initialize` (2026-07-28, basic/versioning, "Backward
/// Compatibility").
bool claims_modern(const request_head& head, const envelope& message, std::string_view text);

/// All header rules of a modern request, in the order that clients and the conformance suite rely
/// on: MCP-Protocol-Version present -> `_meta` complete (invalid_params) -> header equals `_meta`
/// (header_mismatch) -> version known (unsupported_protocol_version, data supported + requested) ->
/// Mcp-Method present and equal -> method known (method_not_found) -> Mcp-Name present and equal
/// after sentinel decoding -> inputResponses and requestState have the types of a retry
/// (invalid_params). Notifications need no headers, but those that are sent must be right.
/// Errors carry the texts that the user needs. (streamable-http, "Server Validation")
result<void> check_modern(const request_head& head, const envelope& message, std::string_view text);

/// The `_meta` rules alone, for transports without headers (stdio): protocolVersion and
/// clientCapabilities present with the right types, version known, logLevel known; and the types of
/// a retry.
result<void> check_modern_meta(const envelope& message, std::string_view text);

} // namespace mcpgw
