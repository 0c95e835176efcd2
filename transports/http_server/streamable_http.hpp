// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"
#include "protocol/json/shared_text.hpp"
#include "transports/async/asio.hpp"

namespace mcpgw {

class http_connection;

/// The MCP endpoint: legacy sessions (POST, GET stream, DELETE; 2025-03-26 to 2025-11-25) and
/// modern stateless requests (2026-07-28) on the same path; each message tells which. False: the
/// connection must be closed.
task<bool> serve_streamable_http(http_connection& connection, const request_head& head,
                                 shared_text body);

} // namespace mcpgw
