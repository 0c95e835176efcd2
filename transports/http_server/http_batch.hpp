// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/http_server/http_connection.hpp"
#include "transports/session/request_handler.hpp"

#include <string>

namespace mcpgw {

/// Serves a POSTed JSON-RPC batch of a session that negotiated 2025-03-26, where that is a MUST
/// (2025-03-26, basic/transports, "Sending Messages to the Server"): its requests run at the same
/// time, and their answers are one array, or the end of one event stream if something was said
/// before. `pattern` has what all of its requests have in common: session, scope, principal. Errors
/// of the whole batch are answered as errors of the HTTP request. False: the connection must be
/// closed.
task<bool> serve_http_batch(http_connection& connection, client_request pattern, shared_text body);

} // namespace mcpgw
