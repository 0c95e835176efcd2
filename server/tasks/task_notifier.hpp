// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/changes/subscriptions.hpp"
#include "server/tasks/server_tasks.hpp"
#include "transports/session/request_handler.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What clients hear of their tasks without asking: listen streams what polling shows, sessions
/// what core servers notify. Polls a task only while somebody listens to it, as often as its server
/// wishes, within the limits of task_record. Owned by task_routes; its polling ends with the
/// upstreams.
class task_notifier {
public:
    static constexpr std::size_t tasks_of_stream_max = 100; ///< of one listen stream

    task_notifier(registry& upstreams, subscriptions& listeners, task_table& table,
                  server_tasks& servers)
        : upstreams_(upstreams), listeners_(listeners), table_(table), servers_(servers) {}

    /// The tasks among `taskIds` of a listen request that this client may hear of.
    /// missing_client_capability: it asks for tasks without knowing them.
    result<std::vector<std::string>> requested_tasks(const client_request& listen);
    /// Tells the listeners of these tasks what they are like, now and when that changes.
    void start_publishing(const std::vector<std::string>& ids, const client_request& listen);

    /// notifications/tasks/status or progress of a core server, which the record knows then.
    static void on_notification(task_record& record, std::string_view line,
                                const envelope& message);
    /// Tells the legacy client that made the task what it is like now.
    static void notify_session(const task_record& record);

private:
    task<> publish(std::shared_ptr<task_record> record, std::string capabilities);
    static void relay_progress(const task_record& record, std::string_view line,
                               const envelope& message);

    registry& upstreams_;
    subscriptions& listeners_;
    task_table& table_;
    server_tasks& servers_;
};

} // namespace mcpgw
