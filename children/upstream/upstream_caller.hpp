// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "protocol/message/mcp.hpp"
#include "transports/async/asio.hpp"

#include <string_view>

namespace mcpgw {

/// For whom a place on a server is, and for which call. The text must live as long as the place is
/// looked for.
struct upstream_caller {
    era speaks = era::modern;
    owner_id owner = 0;        ///< as call_observer::owner()
    bool may_be_asked = false; ///< the server may answer the request with a question
    /// And the client can be asked; see place_finder::is_unproven() and may_have_more().
    bool can_answer = false;
    std::string_view method{}; ///< of the call
    std::string_view tool{};   ///< of tools/call: its name at the server
    clock_type::time_point deadline = clock_type::time_point::max(); ///< for a place
    /// Who it is for a server whose instances belong to somebody (`sharing`); else empty.
    std::string_view key{};
};

} // namespace mcpgw
