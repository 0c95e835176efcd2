// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"
#include "protocol/json/shared_text.hpp"
#include "transports/async/asio.hpp"

#include <string>

namespace mcpgw {

class http_connection;

/// HTTP+SSE of 2024-11-05 for old clients: a GET opens a stream whose first event names the URL for
/// POSTs; every answer, notification and question goes out on that stream (2024-11-05,
/// basic/transports, "HTTP with SSE"). False: the connection must be closed.
task<bool> serve_legacy_sse(http_connection& connection, const request_head& head,
                            shared_text body);

} // namespace mcpgw
