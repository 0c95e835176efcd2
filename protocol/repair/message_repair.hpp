// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/shared_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/meta_cache.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// The sender of a message. More is repaired for servers, because their users did not write them.
enum class message_origin : std::uint8_t { client, server };

/// Scans a message of a program that nobody here wrote, and repairs it where it needs that and what
/// it means is certain. `text` becomes the repaired one; a message that is as it should be costs no
/// more than scan_envelope(). `known` may be null.
result<envelope> scan_message(shared_text& text, const scan_limits& limits, meta_cache* known,
                              message_origin from);

/// Whether a scanned message needs no repair.
[[nodiscard]] inline bool is_plain(const envelope& message, std::string_view text) {
    const auto has_escapes = [text](text_span id) {
        return id.of(text).find('\\') != std::string_view::npos;
    };
    return !message.has_null && !message.is_error && !has_escapes(message.id) &&
           !has_escapes(message.in_params.request_id);
}

/// The same message in the spelling that scan_envelope() wants:
///  - member names and ids without escape sequences that they do not need ("tools\/list", as PHP's
///    json_encode() writes it, is tools/list);
///  - optional members that are null left out, wherever the schema gives names to members, but not
///    inside what is the user's own: arguments, structured content, schemas, metadata;
///  - `error` as an object with a code and a message;
///  - of servers also: no byte-order mark, NaN and Infinity as null, control characters and half
///    surrogate pairs in strings escaped or replaced (U+FFFD), as are bytes that are no UTF-8;
///    `params` and `_meta` that are no objects left out; `jsonrpc` in an answer that lacks it; an
///    id that is a whole number written as one (7.0 is 7).
/// Refused (parse_error, depth_exceeded): what is no JSON even so. Two members of one name stay
/// two, so that scan_envelope() refuses them.
result<std::string> repair_message(std::string_view text, const scan_limits& limits,
                                   message_origin from);

/// A JSON value without the members that are null, by the same rule. `value` was scanned before.
std::string without_nulls(std::string_view value);

/// The bytes of `text` as JSON wants them (the last point above).
std::string repair_bytes(std::string_view text);

} // namespace mcpgw
