// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_listener.hpp"
#include "server/serving/gateway_admin.hpp"

#include <string>

namespace mcpgw {

/// The admin interface of the gateway that runs: what it can do, and where it listens. Owned by the
/// application, which spawns run() and calls stop().
class admin_front {
public:
    /// `directory`: of this user's gateways, for the socket that commands find by themselves;
    /// empty: there is none. Where that one cannot be had, the log says so and that is all. Throws
    /// std::runtime_error if what the configuration asks for cannot be had.
    admin_front(executor ex, const admin_options& options, registry& upstreams, logger& log,
                admin_hooks hooks, const std::string& directory);

    task<> run() { return listener_.run(); }
    void stop() { listener_.stop(); }

    [[nodiscard]] std::string socket_path() const { return listener_.socket_path(); }
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

private:
    void open_socket(const admin_options& options, logger& log, const std::string& name,
                     const std::string& directory);

    gateway_admin actions_;
    admin_listener listener_;
};

} // namespace mcpgw
