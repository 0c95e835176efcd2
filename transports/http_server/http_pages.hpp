// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"
#include "transports/http_server/http_reply.hpp"
#include "transports/http_server/http_service.hpp"

namespace mcpgw {

/// What an HTTP client gets that speaks no MCP: probes, browsers, people with curl. Only replies
/// are made here; the connection writes them.

/// The reply to OPTIONS, of whatever path: a preflight of CORS, or somebody who asks.
http_reply preflight_reply(const request_head& head);

/// The reply to HEAD at an endpoint of MCP: it is there.
http_reply endpoint_reply();

/// All paths that are no endpoint: /healthz, /readyz (`?strict`: servers that keep failing count),
/// /status (of every server as JSON, told to this machine only), the page at `/` and at endpoints
/// for browsers; else path_not_found. `is_near`: the connection comes from this machine.
http_reply page_reply(const request_head& head, const http_service& service, bool is_near);

/// 127.0.0.0/8, ::1, and the first as IPv4 in IPv6.
bool is_loopback_address(const asio::ip::address& address);

} // namespace mcpgw
