// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"
#include "transports/log.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Serves one client on stdin and stdout with what a running gateway offers, over its Streamable
/// HTTP endpoint; nothing else is started. The gateway there is the only server here, shown under
/// its own names, so questions, progress, changes of lists and both eras work as with any other.
/// `url` is one. Returns an exit code.
int attach_over_stdio(const std::string& url, log_level log);

/// The era of a client by the first message that it sends; legacy where that is none.
era era_of_opening(std::string_view line);

} // namespace mcpgw
