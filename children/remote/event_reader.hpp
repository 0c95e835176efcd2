// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/sse.hpp"
#include "transports/http_client/http_fetch.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

/// Where a stream of events can be taken up again (2025-11-25, basic/transports, "Resumability and
/// Redelivery").
struct stream_position {
    std::string last_event_id;                      ///< empty: it cannot be resumed
    std::optional<std::chrono::milliseconds> retry; ///< what the server wants to be waited
    bool was_closed = false;                        ///< by the server, in good order
};

/// Its data is JSON-RPC. Servers invent other names, for messages and for what is none.
bool is_message(const sse_event& event);

/// How long to wait before a stream is taken up again, after so many attempts in a row that brought
/// nothing: for as long as the server wants, and longer the more often it fails.
std::chrono::milliseconds resume_pause(const stream_position& position, int failures);

/// Reads the events of one response. Lives in the frame that reads.
class event_reader {
public:
    /// `event_bytes_max`: of one event. `position` is kept up to date.
    /// `begun`: what of the body was read before.
    event_reader(http_fetch& response, std::size_t event_bytes_max, stream_position& position,
                 std::string begun = {})
        : response_(response)
        , decoder_({event_bytes_max})
        , position_(position)
        , begun_(std::move(begun)) {}

    /// The next event that has data; nothing: the stream has ended in good order. An event that the
    /// end cut off is given if what it has is a whole message. Errors: those of http_fetch,
    /// message_too_large.
    task<result<std::optional<sse_event>>> next();

private:
    std::optional<sse_event> take_event();

    http_fetch& response_;
    sse_decoder decoder_;
    stream_position& position_;
    std::string begun_;
    std::optional<fault> broken_; ///< told after the last event
    bool has_ended_ = false;
};

} // namespace mcpgw
