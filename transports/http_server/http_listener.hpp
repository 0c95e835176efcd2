// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/async_event.hpp"
#include "transports/http_server/http_service.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Accepts client connections, owns them and the sessions. Owned by the application.
class http_listener {
public:
    /// Opens the socket; throws std::runtime_error with a text for the user when that fails
    /// (address in use, no permission, no such address).
    http_listener(executor ex, http_options options, client_limits limits, request_handler& handler,
                  logger& log);
    ~http_listener() { memory_->relieve = nullptr; } // texts that count in it may outlive us
    http_listener(const http_listener&) = delete;
    http_listener& operator=(const http_listener&) = delete;

    /// Accepts until stop().
    task<> run();
    /// Other options and limits, for requests and connections that come: those that run are not
    /// ended. For another address its socket is opened, and then the old one closed; connections
    /// to that go on. Errors: that cannot be opened; then nothing has changed.
    result<void> adopt(http_options options, const client_limits& limits);
    /// No new connections; sessions and requests are ended; run() returns when all are gone.
    void stop();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// "http://127.0.0.1:8080": where a client on this machine reaches it
    [[nodiscard]] std::string base_url() const;
    [[nodiscard]] session_table& sessions() { return sessions_; }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] const memory_budget& memory() const { return *memory_; }

private:
    result<void> listen_anew(const http_options& options);
    task<> accept();
    task<bool> accept_next(timer& pause, bool must_pause);
    void take_in(tcp_socket socket);
    task<> expire_sessions();
    task<> serve(tcp_socket socket);
    void for_each_connection(void (http_connection::*act)());
    /// Ends the connection that has been idle longest, when all places are taken.
    task<> make_place();
    /// memory_budget::relieve.
    bool relieve(std::size_t bytes);

    executor executor_;
    http_options options_;
    client_limits limits_;
    request_handler& handler_;
    logger& log_;
    std::shared_ptr<memory_budget> memory_;
    session_table sessions_;
    tcp_acceptor acceptor_;
    std::uint16_t port_ = 0;
    task_group connections_;
    task_group tasks_;
    task_group housekeeping_;
    http_service service_;
    async_event stopping_;
    bool is_stopping_ = false;
    clock_type::time_point relief_failed_at_; ///< not tried again at once
};

/// What the user can do about an address that cannot be listened on, to follow the error's own
/// words; empty: we do not know.
std::string_view listen_hint(const boost::system::error_code& ec);

} // namespace mcpgw
