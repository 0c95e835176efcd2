// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/buffers/outbox.hpp"
#include "transports/session/open_questions.hpp"
#include "transports/session/session_streams.hpp"

#include <boost/intrusive/set.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// What we know of one legacy client between its requests (2025-11-25, basic/transports, "Session
/// Management"). Shared by the session table and the requests that run in it. A stdio connection
/// has one too; there it also serves modern requests, for their ids.
class client_session {
public:
    client_session(executor ex, std::string id, std::size_t backlog_max, event_limits limits = {},
                   std::shared_ptr<memory_budget> memory = {})
        : streams(backlog_max, limits, std::move(memory)), id_(std::move(id)), questions_(ex) {}

    [[nodiscard]] const std::string& id() const { return id_; }

    // --- set by initialize ---
    revision spoken = newest_legacy;
    std::string client_capabilities = "{}"; ///< raw object
    std::string client_info;                ///< raw object; may be empty
    std::string scope;                      ///< of its endpoint (endpoint_scope.hpp)
    std::string principal;                  ///< who opened it; no other may use it
    bool is_initialized = false;
    bool is_http_sse = false; ///< a session of the 2024-11-05 transport

    // --- set by requests ---
    std::optional<int> log_level;                     ///< nothing: the client set none
    std::set<std::string, std::less<>> subscriptions; ///< resource URIs

    // --- messages to the client ---
    session_streams streams;
    /// Where messages that belong to no request go: the GET stream, the SSE stream or stdout.
    /// Without one they are kept in a bounded backlog. Returns the stream that was attached before,
    /// or null.
    std::shared_ptr<outbox> attach(std::shared_ptr<outbox> stream) {
        return streams.attach(std::move(stream));
    }
    /// Only if `stream` is still the one attached.
    void detach(const outbox& stream) { streams.release(stream); }
    [[nodiscard]] bool has_stream() const { return streams.own_box() != nullptr; }
    [[nodiscard]] std::shared_ptr<outbox> stream() const { return streams.own_box(); }
    void notify(std::string line) { streams.notify(std::move(line)); }

    // --- questions to the client ---
    using outgoing_question = open_questions::outgoing;
    /// Makes a question and the request line that asks it, for the caller to send. `tell` sends
    /// its withdrawal the same way. session_error: the session has ended.
    result<outgoing_question> make_question(std::string_view method, std::string_view params,
                                            open_questions::teller tell = {});
    /// A response of the client. False: nobody asked that.
    bool on_response(std::string_view text, const envelope& message) {
        return questions_.on_response(text, message);
    }

    // --- requests in flight ---
    /// Registers a request while in scope, so that notifications/cancelled can find it. One that
    /// is not `is_cancellable` ends only with the session. Is itself the entry of the table.
    class running_request : public boost::intrusive::set_base_hook<> {
    public:
        /// `raw_id` must live as long as this does.
        running_request(client_session& session, std::string_view raw_id, abort_signal& signal,
                        bool is_cancellable = true);
        ~running_request();
        running_request(const running_request&) = delete;
        running_request& operator=(const running_request&) = delete;
        /// False: a request with this id is in flight already; this one must be refused.
        [[nodiscard]] bool is_unique() const { return is_unique_; }

    private:
        friend class client_session;
        struct by_id {
            using type = std::string_view;
            type operator()(const running_request& of) const { return of.id_; }
        };
        client_session& session_;
        std::string_view id_;
        abort_signal& signal_;
        bool is_cancellable_;
        bool is_unique_;
    };
    [[nodiscard]] std::size_t requests_in_flight() const { return running_.size(); }
    /// notifications/cancelled; unknown ids are ignored, as is a wish to cancel initialize.
    void cancel(std::string_view text, const envelope& message);
    /// The session ends: requests are aborted, questions fail, its own stream closes and nothing
    /// can be resumed any more.
    void close(const fault& reason);
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    /// A request runs, or a connection carries one of its streams.
    [[nodiscard]] bool is_in_use() const { return !running_.empty() || streams.has_carrier(); }

    clock_type::time_point last_used = clock_type::now();
    std::size_t uses = 0; ///< messages that came in it, after initialize
    std::string address;  ///< of the client; empty: it is not known

private:
    std::string id_;
    open_questions questions_;
    /// By the client's raw id.
    boost::intrusive::set<running_request, boost::intrusive::key_of_value<running_request::by_id>>
        running_;
    bool is_closed_ = false;
};

} // namespace mcpgw
