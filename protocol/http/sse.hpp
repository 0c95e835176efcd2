// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// One server-sent event.
struct sse_event {
    std::string event; ///< type; empty means "message"
    std::string data;  ///< lines joined by \n
    std::string id;    ///< empty: none
    std::optional<std::chrono::milliseconds> retry;
};

/// Appends one event in text/event-stream form to `out`. Newlines in `data` (\n, \r, \r\n) become
/// several data lines; an event without data but with an id (a priming event) or a type gets an
/// empty data line, because readers drop events without one. Line ends and NUL in `event` and `id`
/// are dropped: they would begin another field.
void append_sse_event(std::string& out, const sse_event& event);
/// The common case: a `message` event whose data is one line (asserted).
void append_sse_line(std::string& out, std::string_view line, std::string_view id = {});
/// A comment, for keep-alive.
void append_sse_comment(std::string& out, std::string_view text = {});

struct sse_limits {
    /// data + event + id of one event; no single line (a comment, say) may be much longer either
    std::size_t event_bytes_max = 64U << 20U;
};

/// Incremental decoder (HTML standard, "Event stream interpretation"): CR, LF and CRLF line ends,
/// a leading byte-order mark, comments, unknown fields ignored, `id` with NUL ignored. An event
/// that is not ended by an empty line is never delivered. Bytes are handed on as they are: whether
/// they are UTF-8 is for the reader of `data` to check.
class sse_decoder {
public:
    explicit sse_decoder(sse_limits limits = {}) : limits_(limits) {}

    /// Takes bytes as they come; any split is fine. Error: message_too_large; the decoder is then
    /// unusable.
    result<void> feed(std::string_view bytes);
    /// The stream has ended: an event whose empty line is missing counts as complete if it has
    /// data. The standard drops it, since it may be cut off; the caller checks what is in it.
    void finish();
    /// The next complete event. Events without data are delivered only if they carry an id or
    /// retry.
    std::optional<sse_event> next();

private:
    void on_line(std::string_view line);
    void dispatch();
    [[nodiscard]] std::size_t event_bytes() const;

    sse_limits limits_;
    std::string line_;
    sse_event current_;
    bool has_data_ = false;
    bool last_was_cr_ = false;
    bool at_start_ = true;
    bool is_failed_ = false;
    std::deque<sse_event> ready_;
};

} // namespace mcpgw
