// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "server/tasks/task_taker.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What is asked of an upstream for a client, beside what the client's own request says. Views what
/// must live until forwarder::send() has ended: a name in a catalog, a text of the request.
struct forward_request {
    std::string_view upstream;
    std::string_view method; ///< one of the constants of mcp.hpp
    /// One member of the client's params that the upstream knows by another value (raw JSON).
    std::string_view replaced_key;
    std::string replacement;
    /// Of tools/call: raw object, in place of the arguments that the client sent. Null: these.
    std::unique_ptr<const std::string> arguments;
    /// Of params, without braces and `_meta`, instead of what the client sent.
    std::optional<std::string> members;
    /// Of tools/call: who looks after tasks, and what the tool says of them. Null: this call
    /// can become none.
    task_taker* tasks = nullptr;
    task_support tool_tasks = task_support::forbidden;
    std::string_view tool; ///< of tools/call: its name at the server
    bool is_cacheable = false;
    std::string_view uri_json;                      ///< for resource errors
    output_shape output = output_shape::undeclared; ///< of the tool that is called
    double progress_told = 0; ///< while the server was started, before this call
};

} // namespace mcpgw
