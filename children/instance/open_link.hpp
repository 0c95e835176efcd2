// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/process/stderr_ring.hpp"

#include <memory>

namespace mcpgw {

/// Begins a connection to a configured server: starts its process, or prepares the link to its URL.
/// What the server says goes to `listener`; what it writes to stderr, to `errors`. Both must
/// outlive the link. Errors (server_failed): what is wrong with the configuration or the program.
result<std::shared_ptr<link>> open_link(const child_context& context, const child_options& options,
                                        link::events& listener, stderr_ring& errors);

} // namespace mcpgw
