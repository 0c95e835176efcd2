// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_actions.hpp"
#include "server/admin/admin_options.hpp"
#include "transports/async/asio_local.hpp"
#include "transports/log.hpp"

#include <set>

namespace mcpgw {

class admin_connection;

/// What all connections to the admin interface share. Owned by `admin_listener`.
struct admin_service {
    const admin_options& options;
    const admin_limits& limits;
    admin_actions& actions;
    logger& log;
    std::set<admin_connection*> connections; ///< that are open
    bool is_stopping = false;
};

/// One connection, as its listener ends it.
class admin_connection {
public:
    /// Its action hears of it; a wait for bytes ends.
    virtual void stop() = 0;

protected:
    ~admin_connection() = default;
};

/// Answers requests, one after the other, until the client leaves or the gateway stops.
task<> serve_admin(local_socket socket, admin_service& service);
task<> serve_admin(tcp_socket socket, admin_service& service);

} // namespace mcpgw
