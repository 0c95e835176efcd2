// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"
#include "transports/session/request_handler.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// How the client that made a request takes part in tasks. Pure.

/// Core tasks came and went with one revision.
inline constexpr auto core_tasks_revision = revision::r2025_11_25;

/// The owner of a client's tasks: its principal, else its session, else all that know the id.
std::string task_owner(const client_request& request);
/// Raw; points into the request or its session.
std::string_view capabilities_of_client(const client_request& request);
/// The client asks for a task by itself, as only core tasks do.
bool wants_task(const client_request& request);
/// It can be told of a task that this request makes.
bool knows_tasks(const client_request& request);
/// missing_client_capability, for a request that needs the extension.
fault lacks_task_extension();

} // namespace mcpgw
