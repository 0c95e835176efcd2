// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// How the demo server's messages are written: one line each, appended to the output of one read,
/// so that one write carries all of them.
///
/// `members` are the members of a result without its braces. Results of the modern era get
/// `resultType` and the server's identity in `_meta` (2026-07-28, basic/index, "ResultType" and
/// "Per-response protocol fields"); results of the legacy eras get nothing added.

/// Where an answer goes: the request's raw id, and how its sender speaks.
struct demo_address {
    std::string_view id;
    era spoken = era::legacy;
};

/// {"name":…,"title":…,"version":…} of this server.
const std::string& demo_server_info();

void append_result(std::string& out, const demo_address& to, std::string_view members);

/// The same with the caching hints that lists, resources/read and server/discover owe to modern
/// clients (2026-07-28, server/utilities/caching).
void append_cacheable_result(std::string& out, const demo_address& to, std::string_view members);

/// A `tools/call` result with one text block. `quoted_text` is a raw JSON string of any size; it
/// goes out byte for byte.
void append_text_result(std::string& out, const demo_address& to, std::string_view quoted_text);

/// An unfinished result (2026-07-28, basic/patterns/mrtr): resultType "input_required".
void append_input_required(std::string& out, std::string_view id, std::string_view members);

void append_error(std::string& out, std::string_view id, const fault& f);
void append_notification(std::string& out, std::string_view method, std::string_view params_json);

/// Members of a tool result: one text block; with `"isError":true` in the second.
std::string text_members(std::string_view text);
std::string tool_error_members(std::string_view text);

} // namespace mcpgw
