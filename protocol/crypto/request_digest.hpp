// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mcpgw {

/// SHA-256, as 64 hexadecimal digits, over what a request asks for: its method, the name or URI of
/// its target, and its arguments. Two requests that mean the same have the same digest, however
/// their JSON is written, so a retry can be bound to its request (2026-07-28, basic/patterns/mrtr,
/// "Server Requirements": an identifier for the originating request).
///
/// `arguments_json` is a raw JSON value; empty counts as `{}`. Order of members, blanks and escapes
/// make no difference. Numbers count as they are written: 1 and 1.0 differ, because a server may
/// see the difference. Text that is no JSON, or nested deeper than messages may be, counts byte by
/// byte.
std::string request_digest(std::string_view method, std::string_view name,
                           std::string_view arguments_json);

} // namespace mcpgw
