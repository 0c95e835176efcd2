// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/peer_link.hpp"
#include "children/remote/event_reader.hpp"
#include "children/remote/http_errand.hpp"
#include "children/remote/remote_headers.hpp"
#include "protocol/http/http_url.hpp"
#include "transports/async/broadcast.hpp"
#include "transports/async/task_group.hpp"
#include "transports/http_client/http_client.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// A remote MCP server as a JSON-RPC peer: Streamable HTTP of both eras, and HTTP+SSE of
/// 2024-11-05.
///
/// Each call is an errand of its own: a POST, and the streams on which its answer may come. Where
/// there is a session, one more errand keeps the stream for what belongs to no call. The link ends
/// when it is stopped or when the server has forgotten the session (the calls that learn of it are
/// session_unknown); a server that cannot be reached fails the calls, not the link.
class http_link final : public peer_link {
public:
    /// `url`: that of the options, parsed. `proxy`: on the way to it, if any.
    http_link(executor ex, const child_options& options, http_url url,
              std::optional<proxy_address> proxy, events& listener, logger& log);

    task<> run() override;
    using link::stop;
    void stop(std::chrono::milliseconds grace) override;
    task<result<upstream_answer>> call(const upstream_call& request, std::optional<revision> spoken,
                                       std::shared_ptr<call_observer> observer,
                                       abort_signal& abort) override;
    bool try_send(message_text text) override;
    [[nodiscard]] bool has_reached() const override { return client_.has_sent(); }
    [[nodiscard]] bool carries_questions() const override {
        return uses_sse_ || (answers_in_streams_ && !session_.id.empty());
    }

private:
    /// A call on its way: what is sent, and for whom.
    struct parcel {
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
    using errand_pointer = std::shared_ptr<http_errand>;
    /// While in scope, the end of the link ends the errand.
    struct enlisted {
        enlisted(http_link& l, errand_pointer e);
        ~enlisted();
        enlisted(const enlisted&) = delete;
        enlisted& operator=(const enlisted&) = delete;

        http_link& owner;
        errand_pointer errand;
    };

    /// On the one stream of HTTP+SSE a question does not say which call it belongs to.
    [[nodiscard]] bool names_calls() const override { return !uses_sse_; }

    // life, messages (http_link.cpp)
    void give_up(fault reason);
    void note_answer(const upstream_call& request, const result<upstream_answer>& outcome);
    task<field_list> authorization();
    task<http_client_request> make_request(std::string_view method, field_list fields);
    /// For a stream of events of the session, from its begin or from where it can be taken up.
    task<http_client_request> stream_request(const stream_position& position);
    void on_messages(std::string text, const std::shared_ptr<call_observer>& cause);
    task<> send(std::string line, bool is_initialized);
    /// Status and body of what the server says to a message.
    task<result<http_response>> deliver_message(http_errand& errand, std::string line);
    task<> end_session();
    task<> wait_for_last_answers();

    // calls (http_link_post.cpp)
    task<> carry(errand_pointer errand, parcel call);
    task<result<void>> post(errand_pointer errand, const parcel& call);
    task<result<void>> open_route(errand_pointer errand, const parcel& call);
    task<result<void>> exchange(errand_pointer errand, const parcel& call,
                                stream_position& position);
    task<result<void>> fall_back(errand_pointer errand, const parcel& call, fault refused);
    task<result<void>> read_body(http_fetch& reply, const parcel& call, std::string begun);
    task<result<void>> read_stream(http_fetch& reply, const parcel& call, stream_position& position,
                                   std::string begun);
    task<result<void>> resume(errand_pointer errand, const parcel& call, stream_position& position,
                              fault broken);
    task<result<void>> resume_once(errand_pointer errand, const parcel& call,
                                   stream_position& position);
    result<void> deliver(const parcel& call, std::string body, const http_response_head& head);
    void deliver_one(const parcel& call, const shared_text& line);
    void take_event(const parcel& call, std::string data, shared_text& late);
    void answer(const parcel& call, const shared_text& line, const envelope& message);
    [[nodiscard]] fault refusal(const http_response_head& head, bool is_opening,
                                std::string_view body) const;
    result<void> note_session(const http_response_head& head, const parcel& call);
    void fail(const parcel& call, const fault& reason);
    [[nodiscard]] bool is_waiting(const parcel& call) const;
    void lose_session();

    // streams that belong to no call (http_link_streams.cpp)
    void begin_listening();
    task<> listen(errand_pointer errand);
    /// What is known of the GET stream from one opening of it to the next.
    struct listening {
        stream_position position;
        bool has_missed = false; ///< it was away and does not go on where it was
        bool was_open = false;
    };
    task<result<bool>> listen_once(errand_pointer errand, listening& stream);
    task<result<void>> open_sse(errand_pointer errand);
    task<> run_sse(errand_pointer errand);
    task<result<void>> read_sse(errand_pointer errand);
    result<void> accept_endpoint(const std::string& reference);

    http_url url_;
    http_client client_;
    task_group tasks_;
    std::vector<errand_pointer> errands_; ///< under way
    broadcast changed_;
    remote_session session_;
    std::optional<http_url> endpoint_; ///< HTTP+SSE: where messages go, once it is known
    bool answers_in_streams_ = false; ///< to `initialize`, at least
    std::optional<fault> sse_fault_;   ///< why there is no such stream
    /// For telling the server that its session ends.
    std::chrono::milliseconds end_grace_{2'000};
    bool uses_sse_ = false;
    bool is_sse_open_ = false;
    bool is_session_lost_ = false;
    bool is_opening_ = false;   ///< notifications/initialized is on its way
    bool is_listening_ = false; ///< the GET stream of the session is open
};

} // namespace mcpgw
