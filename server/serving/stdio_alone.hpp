// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/session/request_handler.hpp"

namespace mcpgw {

/// Serves one client on stdin and stdout with a handler that needs nothing of the application: no
/// children, no registry. Until end of file, SIGINT or SIGTERM.
void serve_over_stdio(request_handler& handler);

} // namespace mcpgw
