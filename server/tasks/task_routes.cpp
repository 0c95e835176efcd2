// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_routes.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/bridge/task_repair.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/tasks/task_client.hpp"
#include "transports/session/session_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t task_id_bytes = 16;

std::string timestamp() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

} // namespace

task_routes::task_routes(registry& upstreams, subscriptions& listeners, logger& log)
    : upstreams_(upstreams)
    , servers_(upstreams, table_, log)
    , notifier_(upstreams, listeners, table_, servers_)
    , waiter_(upstreams, servers_) {}

// ---- tools/call --------------------------------------------------------------------------------

task_routes::record_ptr task_routes::make_record(const client_request& request,
                                                 const answered_call& answered, era form) const {
    auto record = std::make_shared<task_record>(upstreams_.get_executor());
    record->id = random_hex(task_id_bytes);
    record->owner = task_owner(request);
    record->upstream = answered.upstream;
    record->form = form;
    const bool is_shown = request.client_era == era::legacy && knows_tasks(request);
    if (is_shown) record->session = request.session;
    if (is_shown) record->progress_token = request.message.in_meta.progress_token.of(request.text);
    if (!knows_tasks(request)) record->caller = answered.caller;
    const auto made = created_task(answered.result, form);
    record->child_id = task_id_of(made);
    record->task_json = repaired_new_task(made, form);
    const auto ttl = find_member(record->task_json, form == era::modern ? "ttlMs" : "ttl");
    record->expires = task_expiry(ttl, clock_type::now());
    return record;
}

void task_routes::attach(const record_ptr& record, const client_request& request,
                         const upstream_lease& place, const answered_call& answered) {
    task_inbox::sides both;
    both.task_id = record->id;
    both.child_id = record->child_id;
    both.server = place.spoken();
    both.client = request.spoken;
    both.client_capabilities = capabilities_of_client(request);
    auto on_notified = [weak = std::weak_ptr{record}](std::string_view line,
                                                      const envelope& message) {
        if (const auto known = weak.lock()) task_notifier::on_notification(*known, line, message);
    };
    record->inbox = std::make_shared<task_inbox>(upstreams_.get_executor(), std::move(both),
                                                 record->changed, std::move(on_notified));
    record->place.emplace(place.follow());
    record->place->give_task({record->child_id, answered.progress_token}, record->inbox);
}

task<task_routes::outcome> task_routes::take_over(const client_request& request, reply_sink& sink,
                                                  const upstream_lease& place,
                                                  answered_call answered) {
    const auto form = era_of(place.spoken());
    if (created_task(answered.result, form).empty()) co_return keep_finished(request, answered);
    const auto record = make_record(request, answered, form);
    if (form == era::legacy)
        attach(record, request, place, answered);
    else
        record->place.emplace(place.follow()); // another instance may not know it
    const auto added = table_.add(record, clock_type::now());
    if (added.has_error()) {
        servers_.cancel_in_background(record);
        co_return added.error();
    }
    if (form == era::legacy && !servers_.begin_watching(record)) {
        table_.remove(*record, {errc::server_busy});
        co_return fault{errc::server_busy, "the gateway has too much to do"};
    }
    if (knows_tasks(request))
        co_return for_client(
            request, *record,
            creation_for_client(answered.result, form, request.client_era, record->id));
    const abort_signal::listener on_abort{*request.abort, [record] {
                                              record->changed.notify_all();
                                          }};
    auto ended = co_await waiter_.wait(record, request, sink);
    if (request.abort->reason()) servers_.cancel_in_background(record);
    table_.remove(*record, {errc::call_cancelled, "nobody waits for the task any more"});
    co_return ended;
}

task_routes::outcome task_routes::keep_finished(const client_request& request,
                                                const answered_call& answered) {
    auto record = make_record(request, answered, era::modern);
    record->is_local = true;
    record->expires =
        task_expiry(find_member(find_member(request.params(), "task"), "ttl"), clock_type::now());
    const auto now = timestamp();
    record->task_json =
        fmt::format(R"({{"taskId":"{}","status":"completed","createdAt":"{}","lastUpdatedAt":"{}",)"
                    R"("ttlMs":{},"result":{}}})",
                    record->id, now, now, std::chrono::milliseconds{task_table::life_max}.count(),
                    answered.result);
    record->outcome.result = answered.result;
    if (const auto added = table_.add(record, clock_type::now()); added.has_error())
        return added.error();
    table_.fit();
    const auto shown = task_for_client(record->task_json, era::modern, era::legacy, record->id);
    return fmt::format(R"({{"task":{}}})", with_task_status(shown, task_status::working));
}

// ---- requests about tasks ----------------------------------------------------------------------

result<task_routes::record_ptr> task_routes::find(const client_request& request) {
    const auto id = unquote_json(find_member(request.params(), "taskId"));
    if (!id)
        return fault{errc::invalid_params,
                     fmt::format("{} needs params.taskId (a string)", request.method())};
    auto found = table_.find(*id, task_owner(request), clock_type::now());
    if (!found || !found->is_shown_at(request.scope))
        return fault{errc::task_not_found, "Task not found; it may have expired"};
    return found;
}

task<task_routes::outcome> task_routes::handle(const client_request& request, reply_sink& sink) {
    const auto name = request.method();
    if (request.client_era == era::modern && !knows_tasks(request))
        co_return lacks_task_extension();
    if (request.client_era == era::legacy && request.spoken != core_tasks_revision)
        co_return fault{errc::method_not_found, fmt::format("Method not found: {}", name)};
    if (name == method::tasks_list) co_return co_await list(request);
    const auto found = find(request);
    if (found.has_error()) co_return found.error();
    const auto record = *found;
    if (name == method::tasks_get) co_return co_await get(record, request);
    if (name == method::tasks_update) co_return co_await update(record, request);
    if (name == method::tasks_cancel && request.client_era == era::legacy)
        co_return co_await cancel_for_legacy(record, request);
    if (name == method::tasks_cancel) co_return co_await cancel(record, request);
    const abort_signal::listener on_abort{*request.abort, [record] {
                                              record->changed.notify_all();
                                          }};
    auto ended = co_await waiter_.wait(record, request, sink);
    if (ended.has_error()) co_return ended.error();
    co_return with_related_task(ended->str(), record->id);
}

task<task_routes::outcome> task_routes::get(record_ptr record, const client_request& request) {
    std::string capabilities{capabilities_of_client(request)};
    auto shown =
        co_await servers_.show(record, request.client_era, std::move(capabilities), *request.abort);
    if (shown.has_error()) co_return shown.error();
    co_return for_client(request, *record, *shown);
}

task<task_routes::outcome> task_routes::update(record_ptr record, const client_request& request) {
    const std::string responses{find_member(request.params(), "inputResponses")};
    if (!is_json_object(responses))
        co_return fault{errc::invalid_params, "tasks/update needs params.inputResponses "
                                              "(an object)"};
    if (record->inbox) {
        record->inbox->settle_all(responses);
        co_return for_client(request, *record, "{}");
    }
    if (record->is_local) co_return for_client(request, *record, "{}");
    std::string members = fmt::format(R"("inputResponses":{})", responses);
    std::string capabilities{capabilities_of_client(request)};
    const auto answer = co_await servers_.call(record, method::tasks_update, std::move(members),
                                               std::move(capabilities), *request.abort);
    if (answer.has_error()) co_return answer.error();
    if (answer->message.is_error)
        co_return upstream_fault(std::string{answer->message.error.of(answer->line)});
    record->changed.notify_all();
    co_return for_client(request, *record, "{}");
}

task<task_routes::outcome> task_routes::cancel(record_ptr record, const client_request& request) {
    std::string capabilities{capabilities_of_client(request)};
    if (!record->is_local && !record->has_ended()) {
        const auto answer = co_await servers_.call(record, method::tasks_cancel, std::string(),
                                                   std::move(capabilities), *request.abort);
        // That it ended before is no error in the extension; a core server says so.
        if (answer.has_error() && record->form == era::modern) co_return answer.error();
        record->withdraw_questions({errc::call_cancelled, "the task was cancelled"});
        record->changed.notify_all();
    }
    co_return for_client(request, *record, "{}");
}

task<task_routes::outcome> task_routes::cancel_for_legacy(record_ptr record,
                                                          const client_request& request) {
    std::string capabilities{capabilities_of_client(request)};
    auto shown = co_await servers_.show(record, era::legacy, capabilities, *request.abort);
    if (shown.has_error()) co_return shown.error();
    const auto status_json = find_member(*shown, "status");
    const auto status = parse_task_status(status_json);
    if (status && is_terminal(*status))
        co_return fault{
            errc::invalid_params,
            fmt::format("Cannot cancel task: already in terminal status '{}'", to_string(*status))};
    const auto answer = co_await servers_.call(record, method::tasks_cancel, std::string(),
                                               std::move(capabilities), *request.abort);
    if (answer.has_error()) co_return answer.error();
    if (answer->message.is_error)
        co_return upstream_fault(std::string{answer->message.error.of(answer->line)});
    // Final for the client even if the work comes to its end (2025-11-25, basic/utilities/tasks,
    // "Task Cancellation").
    record->is_cancelled = true;
    record->withdraw_questions({errc::call_cancelled, "the task was cancelled"});
    record->changed.notify_all();
    co_return with_task_status(*shown, task_status::cancelled);
}

task<task_routes::outcome> task_routes::list(const client_request& request) {
    if (request.message.in_params.cursor)
        co_return fault{errc::invalid_params, "Invalid cursor: this list has one page"};
    std::string tasks;
    for (const auto& record : table_.list(task_owner(request), clock_type::now())) {
        if (!record->is_shown_at(request.scope)) continue;
        std::string capabilities{capabilities_of_client(request)};
        const auto shown =
            co_await servers_.show(record, era::legacy, std::move(capabilities), *request.abort);
        if (request.abort->reason()) co_return *request.abort->reason();
        if (shown.has_error()) continue; // its server is gone, and the task with it
        tasks += (tasks.empty() ? "" : ",") + *shown;
    }
    co_return fmt::format(R"({{"tasks":[{}]}})", tasks);
}

void task_routes::on_session_closed(const client_session& session) {
    // With a principal the client may come back for its tasks; otherwise nobody can.
    if (!session.principal.empty()) return;
    for (const auto& record : table_.list("session " + session.id(), clock_type::now())) {
        if (!record->has_ended()) servers_.cancel_in_background(record);
        table_.remove(*record, {errc::call_cancelled, "the session has ended"});
    }
}

void task_routes::stop() {
    servers_.stop();
    table_.remove_all({errc::gateway_stopping});
}

std::string task_routes::for_client(const client_request& request, const task_record& record,
                                    std::string_view json) const {
    if (request.client_era == era::legacy) return std::string{json};
    result_context context;
    context.client_era = era::modern;
    const auto source = upstreams_.find(record.upstream);
    const auto info = source == nullptr ? std::string{} : std::string{source->view().server_info()};
    context.server_info = info;
    return result_for_client(json, context);
}

} // namespace mcpgw
