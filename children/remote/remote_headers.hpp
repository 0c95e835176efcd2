// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "children/remote_options.hpp"
#include "protocol/message/mcp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

using field_list = std::vector<std::pair<std::string, std::string>>;

/// The session with a remote server; its id and its revision go with every request.
struct remote_session {
    std::string id;                  ///< Mcp-Session-Id; empty: none
    std::optional<revision> spoken;  ///< once it is agreed
    bool answers_in_streams = false; ///< to `initialize`, at least
    bool is_opening = false;         ///< notifications/initialized is on its way
    bool is_lost = false;            ///< the server has forgotten it
};

/// Our credentials: the configured fields and the bearer token.
field_list authorization_fields(const remote_options& options);

/// Fields of a POST that carries `request`: what it accepts, and for a modern server the fields
/// that mirror the body (2026-07-28, basic/transports/streamable-http, "Request Metadata").
field_list request_fields(const upstream_call& request, std::optional<revision> spoken,
                          const remote_session& session);
/// Fields of a POST that carries a response or a notification.
field_list message_fields(const remote_session& session);
/// Fields of a GET for a stream, or of a DELETE. `last_event_id`: where it is taken up; may be
/// empty.
field_list stream_fields(const remote_session& session, std::string_view last_event_id);

/// Fit to be sent back. It should be visible ASCII (2025-11-25, basic/transports, "Session
/// Management"), but a server that gives another one wants that one back.
bool is_session_id(std::string_view id);
/// Names that the configuration must not set, because they are made here for each request.
bool is_reserved_header(std::string_view name);

} // namespace mcpgw
