// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Values of Mcp-Name and Mcp-Param-* headers (2026-07-28, basic/transports/streamable-http, "Value
/// Encoding").

/// Visible ASCII, spaces and tabs only: what a header value may hold without encoding.
bool is_plain_header_value(std::string_view value);

/// Decodes a header value that may use the Base64 sentinel `=?base64?…?=` (strict Base64 with
/// padding, canonical, valid UTF-8). Nothing if it is malformed.
std::optional<std::string> decode_header_value(std::string_view value);
/// The reverse: plain where that is safe, else the sentinel form.
std::string encode_header_value(std::string_view value);

} // namespace mcpgw
