// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/multiplexer.hpp"
#include "children/link/upstream_call.hpp"

#include <optional>
#include <string>

namespace mcpgw {

/// The line that carries `request` to an upstream: our id, our progress token, and for a modern
/// upstream the envelope that every request needs (2026-07-28, basic/index, "Per-request protocol
/// fields"). Pure.
message_text make_request_line(const upstream_call& request, multiplexer::upstream_id id,
                               std::optional<revision> spoken);

/// notifications/cancelled for a call that we no longer wait for.
std::string make_cancel_line(multiplexer::upstream_id id, std::string_view reason);

/// How the gateway introduces itself to upstreams: raw JSON {"name":…,"version":…}.
std::string gateway_client_info();

} // namespace mcpgw
