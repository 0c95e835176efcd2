#pragma once

#include "transports/outbox.hpp"
#include "transports/request_handler.hpp"

#include <memory>

namespace mcpgw {

/// Runs one request of a client that has a single channel for everything (HTTP+SSE, stdio): the
/// answer, notifications and questions all go to `box`. A coroutine for a task_group; owns its
/// request. Refuses an id that is in flight already.
task<> run_session_request(request_handler& handler, client_request request,
                           std::shared_ptr<outbox> box);

} // namespace mcpgw
