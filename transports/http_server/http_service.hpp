// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/task_group.hpp"
#include "transports/buffers/memory_budget.hpp"
#include "transports/http_request/http_options.hpp"
#include "transports/log.hpp"
#include "transports/session/client_limits.hpp"
#include "transports/session/request_handler.hpp"
#include "transports/session/session_table.hpp"

#include <cstdint>
#include <memory>
#include <set>

namespace mcpgw {

class http_connection;

/// What all connections of one listener share. Owned by the listener; outlives its connections.
struct http_service {
    executor ex;
    const http_options& options;
    const client_limits& limits;
    request_handler& handler;
    session_table& sessions;
    task_group& tasks; ///< stream writers, and requests of HTTP+SSE sessions
    logger& log;
    std::shared_ptr<memory_budget> memory; ///< of all connections and sessions
    std::set<http_connection*> connections; ///< that are open, to be told when the gateway stops
    std::uint64_t changes = 0;              ///< of the options and limits
};

} // namespace mcpgw
