// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/buffers/outbox.hpp"
#include "transports/buffers/socket_writer.hpp"
#include "transports/coding/content_coding.hpp"
#include "transports/http_request/request_reader.hpp"
#include "transports/http_server/http_reply.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

/// Writes the replies of one connection, whole ones and event streams, as the request that is
/// being served wants them (its version, its codings, its page). Owned by the connection.
class reply_writer {
public:
    reply_writer(executor ex, const http_options& options, const request_reader& request,
                 socket_writer& out)
        : ex_(ex), options_(options), request_(request), out_(out) {}
    reply_writer(const reply_writer&) = delete;
    reply_writer& operator=(const reply_writer&) = delete;

    /// The result of each tells whether the connection is still good for another request.
    task<bool> write(http_reply&& reply);
    /// An event stream from `box`, until it is closed and empty or the client is gone (false).
    /// Sends a comment now and then when there is nothing else.
    task<bool> write_stream(std::shared_ptr<outbox> box);
    /// The interim reply that a client waits for before it sends its body.
    task<bool> go_on();
    /// Sends something that means nothing, to see whether the client still takes it.
    void probe();
    /// The connection closes behind the reply that is under way, or the next one.
    void set_last() { is_last_ = true; }

private:
    task<bool> write_plain(http_reply reply);
    task<bool> write_encoded(http_reply reply, content_coding coding);
    /// Header fields that every reply to this request needs (CORS).
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> common_fields() const;

    executor ex_;
    const http_options& options_;
    const request_reader& request_;
    socket_writer& out_;
    std::shared_ptr<outbox> stream_; ///< that is written; null: none
    bool is_last_ = false;
};

} // namespace mcpgw
