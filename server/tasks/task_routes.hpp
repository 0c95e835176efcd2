// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/registry.hpp"
#include "server/changes/subscriptions.hpp"
#include "server/tasks/task_table.hpp"
#include "server/tasks/task_taker.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Tasks of clients of both eras at servers of both (2025-11-25, basic/utilities/tasks, and the
/// extension io.modelcontextprotocol/tasks, SEP-2663). Where client and server have the same form
/// of tasks, requests pass through under ids of the gateway. Otherwise the gateway is the client of
/// the server's tasks and the server of the client's:
///  - of a core task it keeps one tasks/result open, which is where such a server asks and tells
///    how the work ended;
///  - a task that its client did not ask for is waited for inside the gateway.
/// Owned by the gateway. What it starts in the background ends with the upstreams.
class task_routes final : public task_taker {
public:
    using outcome = result<message_text>; ///< raw result of the client's era, or why not

    task_routes(registry& upstreams, subscriptions& listeners, logger& log);

    task<outcome> take_over(const client_request& request, reply_sink& sink,
                            const upstream::lease& place, answered_call answered) override;

    /// tasks/get, tasks/update, tasks/cancel, tasks/result, tasks/list.
    task<outcome> handle(const client_request& request, reply_sink& sink);

    /// The tasks among `taskIds` of a listen request that this client may hear of.
    /// missing_client_capability: it asks for tasks without knowing them.
    result<std::vector<std::string>> tasks_to_hear(const client_request& listen);
    /// Tells the listeners of these tasks what they are like, now and when that changes.
    void begin_telling(const std::vector<std::string>& ids, const client_request& listen);

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
                const upstream::lease& place, const answered_call& answered);
    /// A record for work that ended before it became a task.
    outcome keep_finished(const client_request& request, const answered_call& answered);

    // task_news.cpp
    task<> tell(record_ptr record, std::string capabilities);
    /// notifications/tasks/status or progress of a core server.
    void on_news(task_record& record, std::string_view line, const envelope& message);
    static void relay_progress(const task_record& record, std::string_view line,
                               const envelope& message);
    /// Tells the legacy client that made the task what it is like now.
    static void tell_session(const task_record& record);

    // task_work.cpp
    /// One request about the task; `method_name` is one of the constants of mcp.hpp.
    task<result<upstream_answer>> call(record_ptr record, std::string_view method_name,
                                       std::string more_members, std::string capabilities,
                                       abort_signal& abort);
    /// The task as a client of that era sees it now.
    task<result<std::string>> show(record_ptr record, era client, std::string capabilities,
                                   abort_signal& abort);
    /// The result of the work, in the client's era. Asks the client meanwhile.
    task<outcome> wait_for_end(record_ptr record, const client_request& request, reply_sink& sink);
    task<outcome> wait_for_core(record_ptr record, const client_request& request, reply_sink& sink);
    task<outcome> wait_for_extension(record_ptr record, const client_request& request,
                                     reply_sink& sink);
    task<result<std::string>> answers_of_client(record_ptr record, const client_request& request,
                                                reply_sink& sink, std::string input_requests);
    task<> watch(record_ptr record);
    task<> pass_on(record_ptr record, std::string key, std::shared_ptr<question> asked);
    void cancel_in_background(const record_ptr& record);
    task<> send_cancel(record_ptr record);
    outcome end_of(const task_record& record, const client_request& request) const;
    [[nodiscard]] std::string for_client(const client_request& request, const task_record& record,
                                         std::string_view json) const;

    registry& upstreams_;
    subscriptions& listeners_;
    logger& log_;
    task_table table_;
    bool is_stopping_ = false;
};

} // namespace mcpgw
