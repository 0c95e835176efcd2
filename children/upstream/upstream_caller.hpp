// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "protocol/message/mcp.hpp"
#include "transports/async/asio.hpp"

#include <string_view>

namespace mcpgw {

/// The client and the call that a place on a server is wanted for. Its texts must live while the
/// place is looked for.
struct upstream_caller {
    era speaks = era::modern;
    owner_id owner = 0;        ///< as call_observer::owner()
    bool may_be_asked = false; ///< the server may answer the request with a question
    /// And the client can be asked; see place_finder::is_unproven() and may_have_more().
    bool can_answer = false;
    std::string_view method{}; ///< of the call
    std::string_view tool{};   ///< of tools/call: its name at the server
    clock_type::time_point deadline = clock_type::time_point::max(); ///< for a place
    /// Names the client to a server whose instances belong to clients (`sharing`); else empty.
    std::string_view key{};
};

} // namespace mcpgw
