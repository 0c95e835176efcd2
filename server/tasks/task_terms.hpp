// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "transports/session/request_handler.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// What a tools/call needs at a server for tasks to work (2025-11-25, basic/utilities/tasks, and
/// the extension io.modelcontextprotocol/tasks). A value; its functions are pure.
struct task_terms {
    std::string members;         ///< more members of params, raw; empty: none
    bool keeps_task = false;     ///< the client's own `task` member goes through
    bool declares_tasks = false; ///< the extension is among the client capabilities

    /// The call will be answered with a core task.
    [[nodiscard]] bool makes_task() const { return keeps_task || !members.empty(); }
    /// Whether the call's params, with or without a `task` of the client, must be others.
    [[nodiscard]] bool changes(bool has_task) const {
        return !members.empty() || (has_task && !keeps_task);
    }
    /// Members of those params.
    [[nodiscard]] std::string apply_to(std::string_view params) const;
};

/// missing_client_capability: the tool works only as a task, which this client does not know.
result<task_terms> agree_on_tasks(const client_request& request, const upstream& target,
                                  revision spoken, task_support support);

/// The server refuses the call of a client that does not know the extension.
bool needs_task_extension(const result<upstream_answer>& answer);

/// Whether this result of tools/call is for a task_taker.
bool concerns_tasks(const client_request& request, const upstream_answer& answer, era form);

} // namespace mcpgw
