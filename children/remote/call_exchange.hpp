// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/multiplexer.hpp"
#include "children/remote/session_stream.hpp"
#include "children/remote/sse_stream.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// A call on its way to a remote server, and the caller that waits for it.
struct outgoing_call {
    multiplexer::upstream_id id = 0;
    std::string id_text;
    std::string method;
    std::string line;
    field_list fields;
    std::shared_ptr<call_observer> observer;
    bool is_legacy = true;
    bool has_session = false; ///< it is sent in a session

    [[nodiscard]] bool is_opening() const {
        return method == method::discover || method == method::initialize;
    }
};

/// How one call gets to a remote server and its answer back: a POST, the stream that may come of
/// it, and what follows where that breaks. Lives in the frame of carry().
class call_exchange {
public:
    /// What it works with; all of it belongs to the link and outlives the exchange.
    struct surroundings {
        remote_channel& channel;
        sse_stream& sse;
        session_stream& listening;
        multiplexer& calls;
    };

    /// Until the call has its answer or has failed, or its errand is over. An answer that comes on
    /// another stream is not waited for.
    static task<> carry(surroundings with, remote_channel::errand_pointer errand,
                        outgoing_call call);

private:
    call_exchange(const surroundings& with, remote_channel::errand_pointer errand,
                  outgoing_call call);

    // What is tried.
    task<result<void>> post();
    task<result<void>> open_route();
    task<result<void>> exchange(stream_position& position);
    task<result<void>> fall_back(fault refused);
    task<result<void>> resume(stream_position& position, fault broken);
    task<result<void>> resume_once(stream_position& position);

    // What comes.
    task<result<void>> read_body(http_fetch& reply, std::string begun);
    task<result<void>> read_stream(http_fetch& reply, stream_position& position, std::string begun);
    result<void> deliver(std::string body, const http_response_head& head);
    void deliver_one(const shared_text& line);
    void take_event(std::string data, shared_text& late);
    result<void> note_session(const http_response_head& head);

    // What becomes of the call.
    [[nodiscard]] bool is_waiting() const { return calls_.find(call_.id_text) != nullptr; }
    void answer(const shared_text& line, const envelope& message);
    void fail(const fault& reason);

    remote_channel& channel_;
    sse_stream& sse_;
    const session_stream& listening_;
    multiplexer& calls_;
    const remote_channel::errand_pointer errand_;
    const outgoing_call call_;
};

} // namespace mcpgw
