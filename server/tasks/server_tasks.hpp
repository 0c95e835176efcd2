// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "server/tasks/task_table.hpp"
#include "transports/log.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// An error object of JSON-RPC, raw.
std::string error_text(const fault& reason);
/// For results and errors of a task, between its server and a client of that era.
result_context context_of(const task_record& record, era client);
/// The answer to tasks/get tells what the task is like.
bool is_told(const result<upstream_answer>& answer);
/// That answer was something else.
fault no_task(const task_record& record);

/// The servers' side of tasks: requests about a task go to the process that has it, or to another
/// of the same server where that is gone and the task may have outlived it. Of a core task it keeps
/// one tasks/result open, which is where such a server asks and tells how the work ended. Owned by
/// task_routes; what it starts in the background ends with the upstreams.
class server_tasks {
public:
    server_tasks(registry& upstreams, task_table& table, logger& log)
        : upstreams_(upstreams), table_(table), log_(log) {}

    /// One request about the task; `method_name` is one of the constants of mcp.hpp.
    task<result<upstream_answer>> call(std::shared_ptr<task_record> record,
                                       std::string_view method_name, std::string more_members,
                                       std::string capabilities, abort_signal& abort);
    /// The task as a client of that era sees it now.
    task<result<std::string>> show(std::shared_ptr<task_record> record, era client,
                                   std::string capabilities, abort_signal& abort);
    /// Of a core task: its record knows of questions and of the end from now on. False: there is
    /// too much to do.
    bool begin_watching(const std::shared_ptr<task_record>& record);
    /// Nobody wants the task any more.
    void cancel_in_background(const std::shared_ptr<task_record>& record);
    /// From now on nothing is cancelled: the servers end.
    void stop() { is_stopping_ = true; }

private:
    task<> watch(std::shared_ptr<task_record> record);
    task<> send_cancel(std::shared_ptr<task_record> record);

    registry& upstreams_;
    task_table& table_;
    logger& log_;
    bool is_stopping_ = false;
};

} // namespace mcpgw
