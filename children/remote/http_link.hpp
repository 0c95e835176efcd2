// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/peer_link.hpp"
#include "children/remote/call_exchange.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// A remote MCP server as a JSON-RPC peer: Streamable HTTP of both eras, and HTTP+SSE of
/// 2024-11-05.
///
/// Each call is an errand of its own: a POST, and the streams on which its answer may come
/// (`call_exchange`). Where there is a session, one more errand keeps the stream for what belongs
/// to no call (`session_stream`, `sse_stream`). The link ends when it is stopped or when the server
/// has forgotten the session (the calls that learn of it are session_unknown); a server that cannot
/// be reached fails the calls, not the link.
class http_link final : public peer_link, private remote_channel::owner {
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
    [[nodiscard]] bool has_reached() const override { return channel_.client().has_sent(); }
    [[nodiscard]] bool carries_questions() const override {
        const auto& session = channel_.session();
        return channel_.uses_sse() || (session.answers_in_streams && !session.id.empty());
    }

private:
    /// On the one stream of HTTP+SSE a question does not say which call it belongs to.
    [[nodiscard]] bool names_calls() const override { return !channel_.uses_sse(); }
    // of the channel
    void on_message(const shared_text& line, const std::shared_ptr<call_observer>& cause) override {
        relay(line, cause);
    }
    void on_garbage(const fault& problem) override;
    const fault& on_end(const fault& reason) override;

    task<> wait_for_last_answers();
    [[nodiscard]] outgoing_call pack(const upstream_call& request, std::optional<revision> spoken,
                                     const open_call& call) const;
    void note_answer(const upstream_call& request, const result<upstream_answer>& outcome);
    task<> send(std::string line, bool is_initialized);
    /// Status and body of what the server says to a message.
    task<result<http_response>> deliver_message(http_errand& errand, std::string line);
    void report_refusal(const http_response& reply, bool is_initialized);

    remote_channel channel_;
    sse_stream sse_;
    session_stream listening_;
    /// For telling the server that its session ends.
    std::chrono::milliseconds end_grace_{2'000};
};

} // namespace mcpgw
