// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/message_text.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Text of JSON-RPC messages, one line each. All `*_json` arguments are raw JSON that we made or
/// scanned before; an empty id becomes null (no id in the modern sense is written by id_json "").

/// {"jsonrpc":"2.0","id":…,"method":…,"params":…}; no params member where params_json is empty.
std::string make_request(std::string_view id_json, std::string_view method,
                         std::string_view params_json);
std::string make_notification(std::string_view method, std::string_view params_json);
std::string make_response(std::string_view id_json, std::string_view result_json);
/// The same around a result that is not copied where it is long.
message_text wrap_response(std::string_view id_json, message_text&& result_json);
/// Error with code, message and `data` {"code": NAME, …} from the table. An empty id is left out
/// (basic/index, "Error Responses": the id may be absent where it could not be read).
std::string make_error_response(std::string_view id_json, const fault& f);
/// The same from parts, for errors that a child sent.
std::string make_raw_error_response(std::string_view id_json, std::string_view error_json);

/// The code of a raw error object; 0: it has none.
int error_code(std::string_view error_json);
/// Codes that only a modern peer sends (2026-07-28, basic/index, "Error Codes").
bool is_modern_error(int code);

} // namespace mcpgw
