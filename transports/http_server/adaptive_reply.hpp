// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/http_server/http_connection.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// The reply to one POST, whose form is chosen late: a plain JSON body if the answer is all there
/// is, an event stream from the first notification or question on. Lives in the frame of the
/// coroutine that serves the POST.
///
/// A client whose Accept allows one of the two alone gets that one.
///
/// In a session the client may lose its connection and resume the stream elsewhere (2025-11-25,
/// basic/transports, "Resumability and Redelivery"); so that a slow call can be resumed too, its
/// stream begins by itself after `stream_delay` if the client knows what to do with a stream that
/// begins without a message. What the client never heard of, it cannot resume: a connection that
/// is lost before the stream began takes the answer with it.
class adaptive_reply {
public:
    /// `session`: the client may resume. Null: it cannot, and its leaving is told to `on_lost`.
    adaptive_reply(http_connection& connection, std::shared_ptr<client_session> session,
                   std::function<void()> on_lost);
    ~adaptive_reply();
    adaptive_reply(const adaptive_reply&) = delete;
    adaptive_reply& operator=(const adaptive_reply&) = delete;

    /// From here on the leaving of the client is noticed; until finish().
    void start();
    /// A notification, which a slow client may lose.
    void notify(std::string_view line);
    /// Asks the client of the session; `group`: of the request that asks. Errors: there is no
    /// session, or its client is gone (session_error); no room (server_busy).
    result<std::shared_ptr<question>> ask(std::string_view method, std::string_view params,
                                          question_group& group);

    /// The end: `plain`, or its body as an event if a stream has begun. False: the connection must
    /// be closed.
    task<bool> finish(http_reply&& plain);
    /// The same for several answers, which are `plain` together.
    task<bool> finish(std::vector<std::string> answers, http_reply&& plain);

private:
    bool begin_stream();
    bool open_stream();
    static void make_stream_of(http_reply& plain);
    void push(std::string_view line);
    struct writer;
    static task<> write_stream(std::unique_ptr<writer> writing);
    void on_written(bool is_good);
    task<bool> end_stream(std::vector<std::string> answers);
    /// The connection is of no use any more.
    void lose();

    http_connection& connection_;
    std::shared_ptr<client_session> session_;
    std::function<void()> on_lost_;
    reply_form form_;
    std::shared_ptr<outbox> box_; ///< null: no event stream yet
    std::uint64_t stream_ = 0;    ///< its number in the session
    writer* writer_ = nullptr; ///< of the stream; null: none is at work
    bool is_lost_ = false;
    bool is_good_ = true; ///< the connection can serve another request
};

} // namespace mcpgw
