// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/server_tasks.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/task_repair.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds outcome_wait{10}; // from "completed" to the result itself

/// The process that has it is asked, as long as it runs. A core task ends with it; the extension
/// lets a server keep tasks for longer.
bool has_place(const task_record& record) {
    return record.place && (record.form == era::legacy || record.place->is_alive());
}

} // namespace

std::string error_text(const fault& reason) {
    return fmt::format(R"({{"code":{},"message":{}}})", describe(reason.code).json_rpc,
                       quote_json(reason.message()));
}

result_context context_of(const task_record& record, era client) {
    result_context context;
    context.upstream_era = record.form;
    context.client_era = client;
    return context;
}

bool is_told(const result<upstream_answer>& answer) {
    return !answer.has_error() && !answer->message.is_error &&
           is_json_object(answer->message.result.of(answer->line));
}

fault no_task(const task_record& record) {
    return {errc::server_failed, fmt::format("server '{}' answered tasks/get with what is no task",
                                             record.upstream.name)};
}

bool server_tasks::begin_watching(const std::shared_ptr<task_record>& record) {
    return upstreams_.spawn(watch(record));
}

task<result<upstream_answer>> server_tasks::call(std::shared_ptr<task_record> record,
                                                 std::string_view method_name,
                                                 std::string more_members, std::string capabilities,
                                                 abort_signal& abort) {
    upstream_call request;
    request.method = method_name;
    request.members = fmt::format(R"("taskId":{}{}{})", quote_json(record->child_id),
                                  more_members.empty() ? "" : ",", more_members);
    request.client_capabilities = with_tasks_declared(capabilities);
    if (has_place(*record)) {
        auto answer = co_await record->place->call(request, nullptr, abort);
        co_return answer;
    }
    const auto target = upstreams_.find(record->upstream);
    if (target == nullptr)
        co_return fault{errc::server_not_found,
                        fmt::format("server '{}', which had the task, is not there any more",
                                    record->upstream.name)};
    upstream_caller who;
    who.speaks = record->form;
    auto place = co_await target->places().acquire(who, abort);
    if (place.has_error()) co_return place.error();
    auto answer = co_await place->call(request, nullptr, abort);
    co_return answer;
}

task<result<std::string>> server_tasks::show(std::shared_ptr<task_record> record, era client,
                                             std::string capabilities, abort_signal& abort) {
    if (!record->is_local) {
        const auto answer =
            co_await call(record, method::tasks_get, std::string(), std::move(capabilities), abort);
        const bool is_good = is_told(answer);
        if (is_good)
            record->task_json =
                repaired_task(answer->message.result.of(answer->line), record->form);
        table_.fit();
        // How it ended is known even when its server is not there any more.
        if (!is_good && !record->has_ended()) {
            if (answer.has_error()) co_return answer.error();
            if (!answer->message.is_error) co_return no_task(*record);
            co_return upstream_fault(error_for_client(answer->message.error.of(answer->line),
                                                      context_of(*record, client),
                                                      method::tasks_get, {}));
        }
        if (!is_good)
            record->task_json = with_task_status(record->task_json, record->outcome.error.empty()
                                                                        ? task_status::completed
                                                                        : task_status::failed);
    }
    if (record->form == era::legacy && client == era::modern) {
        const auto status = record->status();
        const bool needs_outcome = is_terminal(status) && status != task_status::cancelled;
        const auto deadline = clock_type::now() + outcome_wait;
        while (needs_outcome && !record->has_ended() && !record->given_up.reason() &&
               !abort.reason() && clock_type::now() < deadline)
            co_await record->changed.wait_until(deadline);
    }
    task_payload payload;
    if (record->inbox) payload.input_requests = record->inbox->input_requests();
    payload.result = record->outcome.result;
    if (!record->outcome.error.empty())
        payload.error = error_for_client(record->outcome.error, context_of(*record, client),
                                         method::tools_call, {});
    auto shown = task_for_client(record->task_json, record->form, client, record->id, payload);
    if (record->is_cancelled && client == era::legacy)
        shown = with_task_status(shown, task_status::cancelled);
    co_return shown;
}

/// A core server asks and answers on tasks/result, so one is open for every core task.
task<> server_tasks::watch(std::shared_ptr<task_record> record) {
    abort_signal never;
    while (!record->given_up.reason() && !record->has_ended()) {
        upstream_call request;
        request.method = method::tasks_result;
        request.members = fmt::format(R"("taskId":{})", quote_json(record->child_id));
        const auto left = record->expires - clock_type::now();
        if (left <= clock_type::duration::zero()) break;
        request.timeout =
            std::chrono::duration_cast<std::chrono::milliseconds>(left) + task_record::poll_min;
        const auto answer = co_await record->place->call(request, nullptr, record->given_up);
        if (record->given_up.reason()) break;
        if (answer.has_error()) {
            record->outcome.error = error_text(answer.error());
        } else if (!answer->message.is_error) {
            auto payload = repaired_task_result(answer->message.result.of(answer->line));
            if (payload.has_error())
                record->outcome.error = error_text(payload.error());
            else
                record->outcome.result = std::move(*payload);
            table_.fit();
        } else {
            // Some servers do not wait, but say that there is no result yet.
            const auto seen =
                co_await call(record, method::tasks_get, std::string(), std::string(), never);
            const bool is_at_work =
                !seen.has_error() && !seen->message.is_error &&
                !is_terminal(task_status_of(seen->message.result.of(seen->line)));
            if (!is_at_work) {
                record->outcome.error = answer->message.error.of(answer->line);
            } else {
                const auto interval = record->poll_interval();
                co_await record->changed.wait_until(clock_type::now() + interval);
            }
        }
    }
    record->withdraw_questions({errc::call_cancelled, "the task has ended"});
    record->changed.notify_all();
}

task<> server_tasks::send_cancel(std::shared_ptr<task_record> record) {
    upstream_call request;
    request.method = method::tasks_cancel;
    request.members = fmt::format(R"("taskId":{})", quote_json(record->child_id));
    request.client_capabilities = with_tasks_declared("{}");
    abort_signal never;
    if (has_place(*record)) {
        co_await record->place->call(request, nullptr, never);
        co_return;
    }
    const auto target = upstreams_.find(record->upstream);
    if (target == nullptr) co_return;
    upstream_caller who;
    who.speaks = record->form;
    auto place = co_await target->places().acquire(who, never);
    if (!place.has_error()) co_await place->call(request, nullptr, never);
}

void server_tasks::cancel_in_background(const std::shared_ptr<task_record>& record) {
    if (is_stopping_ || record->is_local) return;
    if (!upstreams_.spawn(send_cancel(record)))
        log_.warning("server '{}': a task could not be cancelled: the gateway has too much to do",
                     record->upstream.name);
}

} // namespace mcpgw
