// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_connection.hpp"
#include "server/admin/admin_socket.hpp"
#include "transports/async/asio_local.hpp"
#include "transports/async/task_group.hpp"

#include <optional>
#include <string>

namespace mcpgw {

/// The admin interface of a running gateway: JSON over HTTP/1.1 on a Unix socket, and over TCP
/// where that is configured. Owned by the application, which spawns run() and calls stop().
class admin_listener {
public:
    admin_listener(executor ex, admin_options options, admin_limits limits, admin_actions& actions,
                   logger& log);
    ~admin_listener();
    admin_listener(const admin_listener&) = delete;
    admin_listener& operator=(const admin_listener&) = delete;

    /// Before run(). `has_others`: see admin_socket. Errors: internal_error; the rest goes on.
    result<void> open_socket(const std::string& path, bool has_others);
    /// As `[admin] listen` says. Errors: internal_error.
    result<void> open_tcp();

    /// Until stop() and the end of all requests.
    task<> run();
    /// Ends what is idle; actions hear of it.
    void stop();

    /// Of the Unix socket; empty: there is none.
    [[nodiscard]] std::string socket_path() const { return socket_ ? socket_->path() : ""; }
    /// Of TCP; 0: none.
    [[nodiscard]] std::uint16_t port() const;

private:
    task<> accept_local();
    task<> accept_tcp();
    template <class Acceptor>
    task<> accept_at(Acceptor& acceptor);

    executor executor_;
    admin_options options_;
    admin_limits limits_;
    admin_service service_;
    logger& log_;
    std::optional<admin_socket> socket_;
    std::optional<local_acceptor> local_;
    std::optional<tcp_acceptor> tcp_;
    task_group connections_;
    task_group accepting_;
};

} // namespace mcpgw
