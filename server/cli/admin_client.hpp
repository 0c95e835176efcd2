// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace mcpgw {

struct admin_answer {
    int status = 0;
    boost::json::object body; ///< with `error` where the status says so
};

/// One blocking request to the admin interface of a gateway, over its Unix socket. Empty `body`:
/// none is sent. Errors: connection_lost with the reason.
result<admin_answer> ask_admin(const std::string& socket, const std::string& method,
                               const std::string& target, const boost::json::object& body,
                               std::chrono::milliseconds time_limit);

/// Whom a command means.
struct admin_place {
    std::vector<std::string> sockets; ///< that answer: one, if it is clear
    std::string looked_at;            ///< where they were looked for, for messages
};

/// That of the gateways on a configuration: at `configured`, if its file says a path
/// (admin.socket), else by its name (configuration_mark::name); of all in `directory` where the
/// name is empty.
admin_place find_admin(const std::string& name, const std::string& configured,
                       const std::string& directory);

} // namespace mcpgw
