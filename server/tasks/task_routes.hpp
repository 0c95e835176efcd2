// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/changes/subscriptions.hpp"
#include "server/tasks/server_tasks.hpp"
#include "server/tasks/task_notifier.hpp"
#include "server/tasks/task_table.hpp"
#include "server/tasks/task_taker.hpp"
#include "server/tasks/task_waiter.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Tasks of clients of both eras at servers of both (2025-11-25, basic/utilities/tasks, and the
/// extension io.modelcontextprotocol/tasks, SEP-2663): keeps a record of each task that a call
/// becomes, and answers the requests about tasks. Where client and server have the same form of
/// tasks, requests pass through under ids of the gateway. Otherwise the gateway is the client of
/// the server's tasks (server_tasks) and the server of the client's; a task that its client did not
/// ask for is waited for inside the gateway (task_waiter). Owned by the gateway. What it starts in
/// the background ends with the upstreams.
class task_routes final : public task_taker {
public:
    using outcome = result<message_text>; ///< raw result of the client's era, or why not

    task_routes(registry& upstreams, subscriptions& listeners, logger& log);

    task<outcome> take_over(const client_request& request, reply_sink& sink,
                            const upstream_lease& place, answered_call answered) override;

    /// tasks/get, tasks/update, tasks/cancel, tasks/result, tasks/list.
    task<outcome> handle(const client_request& request, reply_sink& sink);

    /// What clients hear of tasks without asking, for listen streams.
    task_notifier& notifier() { return notifier_; }

    void on_session_closed(const client_session& session);
    void stop();

private:
    using record_ptr = std::shared_ptr<task_record>;

    result<record_ptr> find(const client_request& request);
    task<outcome> get(record_ptr record, const client_request& request);
    task<outcome> update(record_ptr record, const client_request& request);
    task<outcome> cancel(record_ptr record, const client_request& request);
    task<outcome> cancel_for_legacy(record_ptr record, const client_request& request);
    task<outcome> list(const client_request& request);

    [[nodiscard]] record_ptr make_record(const client_request& request,
                                         const answered_call& answered, era form) const;
    /// What a core task needs beside its record.
    void attach(const record_ptr& record, const client_request& request,
                const upstream_lease& place, const answered_call& answered);
    /// A record for work that ended before it became a task.
    outcome keep_finished(const client_request& request, const answered_call& answered);

    [[nodiscard]] std::string for_client(const client_request& request, const task_record& record,
                                         std::string_view json) const;

    registry& upstreams_;
    task_table table_;
    server_tasks servers_;
    task_notifier notifier_;
    task_waiter waiter_;
};

} // namespace mcpgw
