// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/link/upstream_call.hpp"
#include "children/remote/event_reader.hpp"
#include "children/remote/http_errand.hpp"
#include "children/remote/remote_headers.hpp"
#include "protocol/http/http_url.hpp"
#include "protocol/json/shared_text.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"
#include "transports/http_client/http_client.hpp"
#include "transports/log.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// What the exchanges and streams of one connection to a remote server share: its address, our
/// credentials there, the session, and what is under way. Owned by `http_link`.
class remote_channel {
public:
    using errand_pointer = std::shared_ptr<http_errand>;

    /// What becomes of what comes. Implemented by `http_link`.
    class owner {
    public:
        /// A message of the server. `cause`: as in link::events.
        virtual void on_message(const shared_text& line,
                                const std::shared_ptr<call_observer>& cause) = 0;
        /// What came is no message.
        virtual void on_garbage(const fault& problem) = 0;
        /// The connection is of no use any more. Returns why it ends: the first reason counts.
        virtual const fault& on_end(const fault& reason) = 0;

    protected:
        ~owner() = default;
    };

    /// While in scope, the end of the link ends the errand.
    class enlisted {
    public:
        enlisted(remote_channel& channel, errand_pointer errand);
        ~enlisted();
        enlisted(const enlisted&) = delete;
        enlisted& operator=(const enlisted&) = delete;

    private:
        remote_channel& channel_;
        errand_pointer errand_;
    };

    /// `url`: that of the options, parsed. `proxy`: on the way to it, if any.
    remote_channel(executor ex, const child_options& options, http_url url,
                   std::optional<proxy_address> proxy, owner& above, logger& log);

    [[nodiscard]] const child_options& options() const { return options_; }
    [[nodiscard]] logger& log() const { return log_; }
    http_client& client() { return client_; }
    [[nodiscard]] const http_client& client() const { return client_; }
    [[nodiscard]] const http_url& url() const { return url_; }
    /// The server has moved for good.
    void move_to(http_url url) { url_ = std::move(url); }
    remote_session& session() { return session_; }
    [[nodiscard]] const remote_session& session() const { return session_; }
    /// It is spoken to over HTTP+SSE of 2024-11-05, not over Streamable HTTP.
    [[nodiscard]] bool uses_sse() const { return uses_sse_; }
    void set_uses_sse(bool uses_sse) { uses_sse_ = uses_sse; }

    /// A request with these fields and our credentials.
    task<http_client_request> make_request(std::string_view method, field_list fields);
    /// For a stream of events of the session, from its begin or from where it can be taken up.
    task<http_client_request> stream_request(const stream_position& position);
    /// What a reply that is no answer means, with what it said and none of our secrets.
    [[nodiscard]] fault refusal(const http_response_head& head, bool is_opening,
                                std::string_view body) const;

    /// One message that came.
    void relay(const shared_text& line, const std::shared_ptr<call_observer>& cause) {
        owner_.on_message(line, cause);
    }
    /// What came in a body or an event: messages, if all is well.
    void relay_all(std::string text, const std::shared_ptr<call_observer>& cause);
    /// The connection is of no use any more.
    const fault& give_up(const fault& reason) { return owner_.on_end(reason); }
    /// 2025-11-25, basic/transports, "Session Management": a new session must be begun. Returns
    /// why the connection ends.
    const fault& lose_session();

    /// Told when something changes for which a coroutine may wait.
    async_condition& changed() { return changed_; }
    [[nodiscard]] errand_pointer make_errand() const {
        return std::make_shared<http_errand>(executor_);
    }
    /// False: too much is under way.
    bool spawn(task<> work) { return tasks_.spawn(std::move(work)); }
    [[nodiscard]] bool is_stopping() const { return is_stopping_; }
    void begin_stop();
    /// Ends what is under way.
    void end_errands(const fault& reason);
    /// Tells the server that its session ends, if it has one, and waits until nothing is left.
    task<> close(std::chrono::milliseconds grace);

private:
    task<field_list> authorization();
    task<> end_session(std::chrono::milliseconds grace);

    executor executor_;
    const child_options& options_;
    owner& owner_;
    logger& log_;
    http_url url_;
    http_client client_;
    task_group tasks_;
    std::vector<errand_pointer> errands_; ///< under way
    async_condition changed_;
    remote_session session_;
    bool uses_sse_;
    bool is_stopping_ = false;
};

} // namespace mcpgw
