#include "server/task_routes.hpp"

#include "protocol/client_capabilities.hpp"
#include "protocol/era_bridge.hpp"
#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"
#include "server/upstream_fault.hpp"
#include "transports/session_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t task_id_bytes = 16;
constexpr std::size_t tasks_heard_max = 100; // of one listen stream
/// Core tasks came and went with one revision.
constexpr auto core_tasks_revision = revision::r2025_11_25;

std::string_view capabilities_of(const client_request& request) {
    if (request.client_era == era::modern)
        return request.message.in_meta.client_capabilities.of(request.text);
    return request.session->client_capabilities;
}

fault lacks_extension() {
    return {errc::missing_client_capability,
            fmt::format("the client does not declare the extension {}", extension::tasks),
            fmt::format(R"({{"requiredCapabilities":{{"extensions":{{"{}":{{}}}}}}}})",
                        extension::tasks)};
}

/// The client asks for a task by itself, as only core tasks do.
bool wants_task(const client_request& request) {
    return request.client_era == era::legacy && request.spoken == core_tasks_revision &&
           is_json_object(find_member(request.params(), "task"));
}

bool knows_tasks(const client_request& request) {
    return request.client_era == era::modern ? declares_tasks(capabilities_of(request))
                                             : wants_task(request);
}

bool may_see(const client_request& request, const task_record& record) {
    return request.scope.empty() || request.scope == record.upstream;
}

std::string timestamp() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

} // namespace

std::string task_owner(const client_request& request) {
    if (!request.principal.empty()) return "principal " + request.principal;
    if (request.session) return "session " + request.session->id();
    return {};
}

task_routes::task_routes(registry& upstreams, subscriptions& listeners, logger& log)
    : upstreams_(upstreams), listeners_(listeners), log_(log) {}

result<task_routes::terms> task_routes::terms_for(const client_request& request,
                                                  const upstream& target, revision spoken,
                                                  task_support support) {
    const bool is_offered = offers_tasks(target.lists().capabilities, era_of(spoken));
    const bool is_needed = support == task_support::required;
    terms agreed;
    if (era_of(spoken) == era::modern) {
        agreed.declares_tasks = is_offered && knows_tasks(request);
        return agreed;
    }
    if (!is_offered) return agreed;
    if (request.client_era == era::modern) {
        if (is_needed && !knows_tasks(request)) return lacks_extension();
        if (is_needed) agreed.members = R"("task":{})";
        return agreed;
    }
    agreed.keeps_task = wants_task(request);
    // A client that is older than tasks gets the result in the end.
    if (is_needed && request.spoken < core_tasks_revision) agreed.members = R"("task":{})";
    return agreed;
}

std::string task_routes::terms::apply_to(const std::string& params) const {
    const auto object = "{" + params + "}";
    if (members.empty() && (keeps_task || find_member(object, "task").empty())) return params;
    member_writer kept;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (member->key != "task" || keeps_task) kept.add(member->key, member->value);
    return kept.members() + (kept.empty() || members.empty() ? "" : ",") + members;
}

// ---- tools/call
// ----------------------------------------------------------------------------------

task_routes::record_ptr task_routes::make_record(const client_request& request,
                                                 const answered_call& answered, era form) const {
    auto record = std::make_shared<task_record>(upstreams_.get_executor());
    record->id = random_hex(task_id_bytes);
    record->owner = task_owner(request);
    record->upstream = answered.upstream;
    record->form = form;
    record->session = request.session;
    record->task_json = created_task(answered.result, form);
    record->child_id = task_id_of(record->task_json);
    const auto ttl = find_member(record->task_json, form == era::modern ? "ttlMs" : "ttl");
    record->expires = task_expiry(ttl, clock_type::now());
    return record;
}

void task_routes::attach(const record_ptr& record, const client_request& request,
                         const upstream::lease& place) {
    task_inbox::sides both;
    both.task_id = record->id;
    both.child_id = record->child_id;
    both.server = place.spoken();
    both.client = request.spoken;
    both.client_capabilities = capabilities_of(request);
    record->inbox =
        std::make_shared<task_inbox>(upstreams_.get_executor(), std::move(both), record->changed);
    record->place.emplace(place.follow());
    record->place->give_task(record->child_id, record->inbox);
}

bool task_routes::are_needed(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return false;
    const auto error = answer->message.error.of(answer->line);
    const auto needed = find_member(find_member(error, "data"), "requiredCapabilities");
    return find_member(error, "code") == "-32021" && declares_tasks(needed);
}

bool task_routes::concerns(const client_request& request, std::string_view result_json, era form) {
    if (!created_task(result_json, form).empty()) return true;
    return wants_task(request) && find_member(result_json, "resultType") != R"("input_required")";
}

task<task_routes::outcome> task_routes::take_over(const client_request& request, reply_sink& sink,
                                                  const upstream::lease& place,
                                                  answered_call answered) {
    const auto form = era_of(place.spoken());
    if (created_task(answered.result, form).empty()) co_return keep_finished(request, answered);
    const auto record = make_record(request, answered, form);
    if (form == era::legacy) attach(record, request, place);
    const auto added = table_.add(record, clock_type::now());
    if (added.has_error()) {
        cancel_in_background(record);
        co_return added.error();
    }
    if (form == era::legacy && !upstreams_.spawn(watch(record))) {
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
    auto ended = co_await wait_for_end(record, request, sink);
    if (request.abort->reason()) cancel_in_background(record);
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
    record->result = answered.result;
    if (const auto added = table_.add(record, clock_type::now()); added.has_error())
        return added.error();
    table_.fit();
    const auto shown = task_for_client(record->task_json, era::modern, era::legacy, record->id);
    return fmt::format(R"({{"task":{}}})", with_task_status(shown, task_status::working));
}

// ---- requests about tasks
// ------------------------------------------------------------------------

result<task_routes::record_ptr> task_routes::find(const client_request& request) {
    const auto id = unquote_json(find_member(request.params(), "taskId"));
    if (!id)
        return fault{errc::invalid_params,
                     fmt::format("{} needs params.taskId (a string)", request.method())};
    auto found = table_.find(*id, task_owner(request), clock_type::now());
    if (!found || !may_see(request, *found))
        return fault{errc::task_not_found, "Task not found; it may have expired"};
    return found;
}

task<task_routes::outcome> task_routes::handle(const client_request& request, reply_sink& sink) {
    const auto name = request.method();
    if (request.client_era == era::modern && !knows_tasks(request)) co_return lacks_extension();
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
    auto ended = co_await wait_for_end(record, request, sink);
    if (ended.has_error()) co_return ended.error();
    co_return with_related_task(*ended, record->id);
}

task<task_routes::outcome> task_routes::get(record_ptr record, const client_request& request) {
    std::string capabilities{capabilities_of(request)};
    auto shown = co_await show(record, request.client_era, std::move(capabilities), *request.abort);
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
    std::string capabilities{capabilities_of(request)};
    const auto answer = co_await call(record, method::tasks_update, std::move(members),
                                      std::move(capabilities), *request.abort);
    if (answer.has_error()) co_return answer.error();
    if (answer->message.is_error)
        co_return upstream_fault(std::string{answer->message.error.of(answer->line)});
    record->changed.notify_all();
    co_return for_client(request, *record, "{}");
}

task<task_routes::outcome> task_routes::cancel(record_ptr record, const client_request& request) {
    std::string capabilities{capabilities_of(request)};
    if (!record->is_local && !record->has_ended()) {
        const auto answer = co_await call(record, method::tasks_cancel, std::string(),
                                          std::move(capabilities), *request.abort);
        // That it ended before is no error in the extension; a core server says so.
        if (answer.has_error() && record->form == era::modern) co_return answer.error();
        if (record->inbox)
            record->inbox->withdraw({errc::call_cancelled, "the task was cancelled"});
        record->changed.notify_all();
    }
    co_return for_client(request, *record, "{}");
}

task<task_routes::outcome> task_routes::cancel_for_legacy(record_ptr record,
                                                          const client_request& request) {
    std::string capabilities{capabilities_of(request)};
    auto shown = co_await show(record, era::legacy, capabilities, *request.abort);
    if (shown.has_error()) co_return shown.error();
    const auto status_json = find_member(*shown, "status");
    const auto status = parse_task_status(status_json);
    if (status && is_terminal(*status))
        co_return fault{
            errc::invalid_params,
            fmt::format("Cannot cancel task: already in terminal status '{}'", to_string(*status))};
    const auto answer = co_await call(record, method::tasks_cancel, std::string(),
                                      std::move(capabilities), *request.abort);
    if (answer.has_error()) co_return answer.error();
    if (answer->message.is_error)
        co_return upstream_fault(std::string{answer->message.error.of(answer->line)});
    // Final for the client even if the work comes to its end (2025-11-25, basic/utilities/tasks,
    // "Task Cancellation").
    record->is_cancelled = true;
    if (record->inbox) record->inbox->withdraw({errc::call_cancelled, "the task was cancelled"});
    record->changed.notify_all();
    co_return with_task_status(*shown, task_status::cancelled);
}

task<task_routes::outcome> task_routes::list(const client_request& request) {
    if (request.message.in_params.cursor)
        co_return fault{errc::invalid_params, "Invalid cursor: this list has one page"};
    std::string tasks;
    for (const auto& record : table_.list(task_owner(request), clock_type::now())) {
        if (!may_see(request, *record)) continue;
        std::string capabilities{capabilities_of(request)};
        const auto shown =
            co_await show(record, era::legacy, std::move(capabilities), *request.abort);
        if (request.abort->reason()) co_return *request.abort->reason();
        if (shown.has_error()) continue; // its server is gone, and the task with it
        tasks += (tasks.empty() ? "" : ",") + *shown;
    }
    co_return fmt::format(R"({{"tasks":[{}]}})", tasks);
}

// ---- notifications
// -------------------------------------------------------------------------------

result<std::vector<std::string>> task_routes::tasks_to_hear(const client_request& listen) {
    std::vector<std::string> ids;
    const auto wanted = find_member(find_member(listen.params(), "notifications"), "taskIds");
    if (!is_json_array(wanted)) return ids;
    if (!declares_tasks(capabilities_of(listen))) return lacks_extension();
    element_reader reader{wanted};
    while (const auto element = reader.next()) {
        const auto id = unquote_json(*element);
        if (!id || ids.size() >= tasks_heard_max) continue;
        const auto record = table_.find(*id, task_owner(listen), clock_type::now());
        if (record && may_see(listen, *record)) ids.push_back(*id);
    }
    return ids;
}

void task_routes::begin_telling(const std::vector<std::string>& ids, const client_request& listen) {
    for (const auto& id : ids) {
        const auto record = table_.find(id, task_owner(listen), clock_type::now());
        if (!record) continue;
        record->has_new_listener = true;
        record->changed.notify_all();
        if (record->is_fed) continue;
        record->is_fed = true; // before: the coroutine may end before spawn() returns
        if (!upstreams_.spawn(tell(record, std::string{capabilities_of(listen)})))
            record->is_fed = false;
    }
}

void task_routes::on_status(const upstream& source, std::string_view line,
                            const envelope& message) {
    const auto params = message.params.of(line);
    const auto record = table_.find_child_task(source.name(), task_id_of(params));
    if (!record || record->form != era::legacy) return;
    record->task_json = without_related_task(params);
    record->changed.notify_all();
    const auto session = record->session.lock();
    const bool hears = session && session->spoken == core_tasks_revision && session->is_initialized;
    if (!hears || record->is_cancelled) return;
    session->notify(
        make_notification(notification::task_status, task_for_client(record->task_json, era::legacy,
                                                                     era::legacy, record->id)));
}

void task_routes::on_session_closed(const client_session& session) {
    // With a principal the client may come back for its tasks; otherwise nobody can.
    if (!session.principal.empty()) return;
    for (const auto& record : table_.list("session " + session.id(), clock_type::now())) {
        if (!record->has_ended()) cancel_in_background(record);
        table_.remove(*record, {errc::call_cancelled, "the session has ended"});
    }
}

void task_routes::stop() {
    is_stopping_ = true;
    table_.remove_all({errc::gateway_stopping});
}

} // namespace mcpgw
