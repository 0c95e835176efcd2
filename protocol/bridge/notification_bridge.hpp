// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Notifications of a server in the middle of a call, as lines for its client. What is of no use in
/// them is left out; empty: what is left says nothing. `line`: the message that `message` is of.

/// `progress_token`: the raw one of the client.
std::string progress_for_client(std::string_view line, const envelope& message,
                                std::string_view progress_token, revision client);

std::string log_for_client(std::string_view line, const envelope& message);

} // namespace mcpgw
