// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/pool_options.hpp"
#include "protocol/error.hpp"
#include "transports/session/request_handler.hpp"

#include <string>

namespace mcpgw {

/// Names a client to a server whose instances belong to clients; empty where they do not. A session
/// is that of a legacy client or of a stdio connection. Clients of 2026-07-28 have none: they name
/// one in `_meta` (`mcp-gateway/session`), which is theirs alone. Without that, clients cannot be
/// told apart, and each call gets an instance of its own (once_key).
/// Errors: invalid_request, where that name is none.
result<std::string> sharing_key(sharing share, const client_request& request);

/// The key of all requests of a session.
std::string sharing_key(const client_session& session);

} // namespace mcpgw
