// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tasks/server_tasks.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mcpgw {

/// Waits with a client for the end of a task, and asks the client meanwhile what the server wants
/// to know: for tasks/result, and where a call has become a task that its client knows nothing of.
/// Waits until the task expires at most; a question until `answer_time`, a constant. Owned by
/// task_routes.
class task_waiter {
public:
    using outcome = result<message_text>; ///< raw result of the client's era, or why not

    task_waiter(registry& upstreams, server_tasks& servers)
        : upstreams_(upstreams), servers_(servers) {}

    /// The result of the work. An abort of `request` must be followed by a notification of
    /// `record->changed`. `request` and `sink` must live until then.
    task<outcome> wait(std::shared_ptr<task_record> record, const client_request& request,
                       reply_sink& sink);

private:
    task<outcome> wait_for_core(std::shared_ptr<task_record> record, const client_request& request,
                                reply_sink& sink);
    task<outcome> wait_for_extension(std::shared_ptr<task_record> record,
                                     const client_request& request, reply_sink& sink);
    task<result<std::string>> answers_of_client(std::shared_ptr<task_record> record,
                                                const client_request& request, reply_sink& sink,
                                                std::string requests);
    task<> pass_on(std::shared_ptr<task_record> record, std::string key,
                   std::shared_ptr<question> asked);
    [[nodiscard]] static outcome end_of(const task_record& record, const client_request& request);

    registry& upstreams_;
    server_tasks& servers_;
};

} // namespace mcpgw
