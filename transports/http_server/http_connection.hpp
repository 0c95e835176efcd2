// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"
#include "protocol/message/meta_cache.hpp"
#include "transports/async/async_event.hpp"
#include "transports/async/deadline_timer.hpp"
#include "transports/buffers/socket_writer.hpp"
#include "transports/http_request/request_reader.hpp"
#include "transports/http_server/http_service.hpp"
#include "transports/http_server/reply_writer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

/// One TCP connection of a client: reads requests one after the other, checks them, hands them to
/// the endpoint that their path names, writes what comes back. Lives in the frame of run().
class http_connection {
public:
    http_connection(tcp_socket socket, http_service& service);
    ~http_connection();
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    /// Until the client closes, an error, a deadline, or stop().
    task<> run();
    /// Ends in good order: a request that runs is aborted and answered, then the connection closes.
    void stop();
    /// Ends now, whatever is under way.
    void close();

    // --- what the listener asks when there is no room (http_listener) ---
    /// Since when it waits for a request and holds a place for nothing; nothing: it has one.
    [[nodiscard]] std::optional<clock_type::time_point> idle_since() const;
    /// No request has come over it yet.
    [[nodiscard]] bool is_unused() const { return !has_served_; }
    /// What it holds for a client that has sent or taken nothing since `then`; 0: not so.
    [[nodiscard]] std::size_t bytes_stalled(clock_type::time_point then) const;
    /// Ends such a wait.
    void end_stalled();

    // --- for the endpoints ---
    http_service& service() { return service_; }
    /// Of the request that is being served; its bytes() tell when the client leaves meanwhile.
    request_reader& input() { return in_; }
    /// Where the client is, for limits by client: its address, of IPv6 the network of it.
    [[nodiscard]] std::string client_address() const;
    /// For what a request does later, while nothing is read or written.
    deadline_timer& deadline() { return alarm_; }
    /// Who the client is, by the request that is being served; empty: nobody asked.
    [[nodiscard]] const std::string& principal() const { return principal_; }
    /// What the client takes as the reply to the request that is being served.
    [[nodiscard]] reply_form form() const { return form_; }
    void set_form(reply_form form) { form_ = form; }
    /// Of the messages that came over this connection.
    meta_cache& last_meta() { return last_meta_; }
    /// Whom stop() tells; null: no request runs.
    void set_running(abort_signal* request) { running_ = request; }
    /// Writes a whole reply. The result tells whether the connection is still good.
    task<bool> write(http_reply&& reply) { return replies_.write(std::move(reply)); }
    task<bool> write_error(const fault& f, std::string_view id_json = {});
    /// Writes an event stream from `box` until it is closed and empty (true) or the client is gone
    /// (false). Sends a comment now and then when there is nothing else.
    task<bool> write_stream(std::shared_ptr<outbox> box) {
        return replies_.write_stream(std::move(box));
    }
    /// Held by a coroutine of its own that writes to this connection: run() does not end before it.
    class hold {
    public:
        explicit hold(http_connection& connection) : connection_(connection) {
            ++connection_.holds_;
        }
        ~hold() {
            --connection_.holds_;
            connection_.released_.notify();
        }
        hold(const hold&) = delete;
        hold& operator=(const hold&) = delete;

    private:
        http_connection& connection_;
    };
    /// Notified when such a hold has ended. One waits at a time: the request, then run().
    async_event& released() { return released_; }

private:
    task<> serve_all();
    task<bool> serve_one();
    task<bool> dispatch(shared_text body);
    task<> drain();

    [[nodiscard]] bool is_near() const;
    [[nodiscard]] clock_type::time_point moved_at() const;

    tcp_socket socket_;
    http_service& service_;
    deadline_timer alarm_; ///< of the one thing that is read, written or waited for
    socket_writer out_;
    request_reader in_;
    reply_writer replies_;
    std::string principal_;
    meta_cache last_meta_;
    reply_form form_ = reply_form::either;
    bool is_idle_ = true; ///< waiting for a request
    bool is_stopping_ = false;
    bool has_served_ = false;         ///< a request has come over it
    bool is_ended_ = false;           ///< by end_stalled()
    clock_type::time_point rests_at_; ///< since when nothing was under way, the last time
    abort_signal* running_ = nullptr;
    std::size_t holds_ = 0;
    async_event released_; ///< one of these
};

} // namespace mcpgw
