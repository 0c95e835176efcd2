// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/text_span.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

enum class message_kind : std::uint8_t { request, notification, response };

/// Where the parts of one JSON-RPC message are. Spans point into the scanned text and cover raw
/// JSON values (strings with their quotes), except `method`, which is without quotes.
///
/// A value, valid as long as the text is unchanged (replacing a newline by a space is no change).
struct envelope {
    message_kind kind = message_kind::notification;
    bool is_error = false;    ///< a response with `error` instead of `result`
    bool has_newline = false; ///< raw \n or \r between tokens: must not go onto a stdio line so
    /// A string outside `_meta` begins with "resource", perhaps in a link to one.
    bool mentions_resources = false;
    bool has_null = false; ///< some value in it is null: perhaps of a member that counts as absent
    bool has_foreign_meta = false; ///< `params._meta` has members beside those of in_meta

    text_span id;     ///< raw; a string, an integer, or (error responses only) null
    text_span method; ///< without quotes; contains no escapes (repair_message() resolves them)
    text_span params; ///< raw object (or array, which MCP does not use: refused)
    text_span result; ///< raw value
    text_span error;  ///< raw object

    struct params_spans {
        text_span name, uri, arguments, cursor, ref, level;
        text_span progress_token; ///< of notifications/progress
        text_span request_id;     ///< of notifications/cancelled
        text_span input_responses, request_state;
        text_span task_id; ///< of tasks/…
        text_span task;    ///< of tools/call: the client wants a task (2025-11-25)
        text_span meta;    ///< raw `_meta` object
        friend bool operator==(const params_spans&, const params_spans&) = default;
    } in_params;

    struct meta_spans {
        text_span progress_token;
        text_span protocol_version, client_info, client_capabilities, log_level, subscription_id;
        friend bool operator==(const meta_spans&, const meta_spans&) = default;
    } in_meta; ///< members of `params._meta`

    struct result_spans {
        text_span result_type, meta, next_cursor, structured_content, is_error;
        text_span task;    ///< of tools/call: a task was made (2025-11-25)
        text_span content; ///< of tools/call
        /// `content` is no array of the blocks that MCP knows, with what each of them needs.
        bool has_odd_content = false;
        text_span longest; ///< the longest value of all, so that it need not be read again
        friend bool operator==(const result_spans&, const result_spans&) = default;
    } in_result;

    friend bool operator==(const envelope&, const envelope&) = default;
};

/// One pass over `text`: checks that it is one well-formed JSON-RPC 2.0 message and notes where its
/// parts are. Allocates nothing on success.
///
/// Stricter than a JSON parser, because two readers must not understand a message differently
/// (a filter in front of us, the child behind us). Refused:
///  - anything RFC 8259 refuses: bad numbers, bad escapes, raw control characters in strings,
///    unpaired surrogate escapes, invalid UTF-8, trailing bytes, a byte-order mark -> parse_error
///  - nesting deeper than the limit -> depth_exceeded
///  - a top-level array -> batch_not_supported
///  - `jsonrpc` missing or not "2.0"; duplicate members among those that envelope names (at the top
///    level, in params, in params._meta, in result); such a name spelt with escape sequences;
///    `id` neither string nor integer (null only in an error response); both or neither of
///    `result`/`error` in a response; `method` no string or with escapes; `params` no object;
///    `_meta` no object; response members beside `method` -> invalid_request
///
///  - more than 4 GiB -> message_too_large
/// The fault's detail names the byte offset and what was expected.
result<envelope> scan_envelope(std::string_view text, const scan_limits& limits = {});

/// Finds the raw `id` of a message that scan_envelope() refused, if it is safe to tell: well-formed
/// JSON object with exactly one top-level `id` that is a string or an integer. Else empty.
std::string_view find_id(std::string_view text, const scan_limits& limits = {});

/// A scanned message on one line. Raw newlines in valid JSON stand only between tokens, so each
/// becomes a space and every span stays right (basic/transports/stdio: messages MUST NOT contain
/// embedded newlines).
[[nodiscard]] std::string flatten_newlines(std::string_view text);

/// Checks one JSON value of any kind with the same strictness (and depth limit).
result<void> check_json(std::string_view text, const scan_limits& limits = {});

} // namespace mcpgw
