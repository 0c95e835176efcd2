// SPDX-License-Identifier: Apache-2.0
// The work behind a task: what it is like at its server, how it ends, what it asks.
#include "server/tasks/task_routes.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/bridge/task_repair.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds outcome_wait{10}; // from "completed" to the result itself
constexpr std::chrono::minutes answer_time{10};  // a person may have to think

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

/// The process that has it is asked, as long as it runs. A core task ends with it; the extension
/// lets a server keep tasks for longer.
bool has_place(const task_record& record) {
    return record.place && (record.form == era::legacy || record.place->is_alive());
}

/// The answer to tasks/get tells what the task is like.
bool is_told(const result<upstream_answer>& answer) {
    return !answer.has_error() && !answer->message.is_error &&
           is_json_object(answer->message.result.of(answer->line));
}

fault no_task(const task_record& record) {
    return {errc::server_failed,
            fmt::format("server '{}' answered tasks/get with what is no task", record.upstream)};
}

} // namespace

task<result<upstream_answer>> task_routes::call(record_ptr record, std::string_view method_name,
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
    auto* const target = upstreams_.find(record->upstream);
    if (target == nullptr)
        co_return fault{errc::server_not_found,
                        fmt::format("no server named '{}'", record->upstream)};
    upstream::caller who;
    who.speaks = record->form;
    auto place = co_await target->acquire(who, abort);
    if (place.has_error()) co_return place.error();
    auto answer = co_await place->call(request, nullptr, abort);
    co_return answer;
}

task<result<std::string>> task_routes::show(record_ptr record, era client, std::string capabilities,
                                            abort_signal& abort) {
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
            record->task_json =
                with_task_status(record->task_json, record->error.empty() ? task_status::completed
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
    payload.result = record->result;
    if (!record->error.empty())
        payload.error =
            error_for_client(record->error, context_of(*record, client), method::tools_call, {});
    auto shown = task_for_client(record->task_json, record->form, client, record->id, payload);
    if (record->is_cancelled && client == era::legacy)
        shown = with_task_status(shown, task_status::cancelled);
    co_return shown;
}

/// A core server asks and answers on tasks/result, so one is open for every core task.
task<> task_routes::watch(record_ptr record) {
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
            record->error = error_text(answer.error());
        } else if (!answer->message.is_error) {
            auto payload = repaired_task_result(answer->message.result.of(answer->line));
            if (payload.has_error())
                record->error = error_text(payload.error());
            else
                record->result = std::move(*payload);
            table_.fit();
        } else {
            // Some servers do not wait, but say that there is no result yet.
            const auto seen =
                co_await call(record, method::tasks_get, std::string(), std::string(), never);
            const bool is_at_work =
                !seen.has_error() && !seen->message.is_error &&
                !is_terminal(task_status_of(seen->message.result.of(seen->line)));
            if (!is_at_work) {
                record->error = answer->message.error.of(answer->line);
            } else {
                const auto interval = record->poll_interval();
                co_await record->changed.wait_until(clock_type::now() + interval);
            }
        }
    }
    record->withdraw_questions({errc::call_cancelled, "the task has ended"});
    record->changed.notify_all();
}

task_routes::outcome task_routes::end_of(const task_record& record,
                                         const client_request& request) const {
    if (record.is_cancelled) return fault{errc::call_cancelled, "the task was cancelled"};
    const auto context = context_of(record, request.client_era);
    if (!record.error.empty())
        return upstream_fault(error_for_client(record.error, context, method::tools_call, {}));
    return result_for_client(without_related_task(record.result), context);
}

task<task_routes::outcome>
task_routes::wait_for_end(record_ptr record, const client_request& request, reply_sink& sink) {
    if (record->form == era::modern) co_return co_await wait_for_extension(record, request, sink);
    co_return co_await wait_for_core(record, request, sink);
}

task<> task_routes::pass_on(record_ptr record, std::string key, std::shared_ptr<question> asked) {
    const auto answer = co_await asked->wait(clock_type::now() + answer_time);
    std::erase(record->live, asked);
    // The request that carried the question has ended: the next tasks/result asks again.
    const bool is_unasked = answer.has_error() && answer.error().code == errc::call_cancelled;
    if (is_unasked) record->inbox->put_back(key);
    if (!is_unasked) record->inbox->settle(key, answer);
    record->changed.notify_all();
}

task<task_routes::outcome>
task_routes::wait_for_core(record_ptr record, const client_request& request, reply_sink& sink) {
    std::vector<std::shared_ptr<question>> asked_here;
    while (!record->has_ended() && !record->is_cancelled) {
        if (request.abort->reason()) {
            const fault ended{errc::call_cancelled, "the request has ended"};
            for (const auto& asked : asked_here) asked->settle(ended);
            co_return *request.abort->reason();
        }
        if (record->given_up.reason()) co_return *record->given_up.reason();
        while (const auto* const next = record->inbox->take_unshown()) {
            const auto key = next->key;
            const auto asked = sink.ask(next->method, next->params);
            if (asked.has_error()) {
                record->inbox->settle(key, asked.error());
                continue;
            }
            asked_here.push_back(*asked);
            record->live.push_back(*asked);
            if (!upstreams_.spawn(pass_on(record, key, *asked))) {
                const fault busy{errc::server_busy};
                (*asked)->settle(busy);
                record->inbox->settle(key, busy);
            }
        }
        if (record->has_ended()) break;
        co_await record->changed.wait_until(record->expires);
        if (clock_type::now() >= record->expires)
            co_return fault{errc::task_not_found, "the task has expired"};
    }
    co_return end_of(*record, request);
}

/// Asks the client live what the task wants to know; answers are members of `inputResponses`.
task<result<std::string>> task_routes::answers_of_client(record_ptr record,
                                                         const client_request& request,
                                                         reply_sink& sink, std::string requests) {
    const auto questions = input_requests(fmt::format(R"({{"inputRequests":{}}})", requests));
    std::vector<std::shared_ptr<question>> asked;
    question_route route;
    route.server = newest_modern;
    route.client = request.spoken;
    if (request.session) route.client_capabilities = request.session->client_capabilities;
    std::string unique;
    for (const auto& q : questions) {
        unique = fmt::format("{}-{}", record->id, asked.size());
        route.unique_id = unique;
        auto params = question_for_client(q.method, q.params, route);
        auto one = std::make_shared<question>(upstreams_.get_executor());
        if (params.has_error()) {
            one->settle(params.error());
        } else {
            const auto related = with_related_task(params->empty() ? "{}" : *params, record->id);
            auto live = sink.ask(q.method, related);
            if (live.has_error())
                one->settle(live.error());
            else
                one = *live;
            record->live.push_back(one);
        }
        asked.push_back(std::move(one));
    }
    const abort_signal::listener on_abort{*request.abort, [&asked, &request] {
                                              for (const auto& one : asked)
                                                  one->settle(*request.abort->reason());
                                          }};
    const auto deadline = std::min(clock_type::now() + answer_time, record->expires);
    member_writer responses;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto answer = co_await asked[i]->wait(deadline);
        std::erase(record->live, asked[i]);
        if (!answer.has_error()) answer = answer_for_server(questions[i].method, *answer, route);
        if (answer.has_error() && questions[i].method != method::elicitation) {
            for (const auto& one : asked) one->settle(answer.error());
            co_return answer.error();
        }
        const auto& key = questions[i].key_json;
        responses.add(std::string_view{key}.substr(1, key.size() - 2),
                      answer.has_error() ? R"({"action":"cancel"})" : *answer);
    }
    co_return responses.object();
}

task<task_routes::outcome> task_routes::wait_for_extension(record_ptr record,
                                                           const client_request& request,
                                                           reply_sink& sink) {
    std::set<std::string, std::less<>> answered;
    const std::string capabilities =
        client_capabilities_for(request.session ? request.session->client_capabilities : "{}",
                                request.spoken, newest_modern);
    while (!record->has_ended() && !record->is_cancelled) {
        if (request.abort->reason()) co_return *request.abort->reason();
        if (clock_type::now() >= record->expires || record->given_up.reason())
            co_return fault{errc::task_not_found, "the task has expired"};
        const auto seen =
            co_await call(record, method::tasks_get, std::string(), capabilities, *request.abort);
        if (seen.has_error()) co_return seen.error();
        if (seen->message.is_error)
            co_return upstream_fault(error_for_client(seen->message.error.of(seen->line),
                                                      context_of(*record, request.client_era),
                                                      method::tasks_get, {}));
        if (!is_told(seen)) co_return no_task(*record);
        const auto before = record->status();
        record->task_json = repaired_task(seen->message.result.of(seen->line), era::modern);
        const auto status = record->status();
        if (status != before) tell_session(*record);
        if (status == task_status::completed)
            record->result = find_member(record->task_json, "result");
        if (status == task_status::failed) record->error = find_member(record->task_json, "error");
        if (status == task_status::cancelled) record->is_cancelled = true;
        // A task that has ended without telling how would be asked for ever.
        if (is_terminal(status) && !record->is_cancelled && !record->has_ended())
            record->error = error_text({errc::server_failed});
        if (is_terminal(status)) break;
        member_writer fresh;
        member_reader reader{find_member(record->task_json, "inputRequests")};
        while (const auto member = reader.next())
            if (answered.emplace(member->key).second) fresh.add(member->key, member->value);
        if (!fresh.empty()) {
            auto responses = co_await answers_of_client(record, request, sink, fresh.object());
            if (request.abort->reason()) co_return *request.abort->reason();
            if (record->is_cancelled) break;
            if (record->given_up.reason()) co_return *record->given_up.reason();
            if (responses.has_error()) {
                cancel_in_background(record);
                co_return responses.error();
            }
            std::string members = fmt::format(R"("inputResponses":{})", *responses);
            const auto updated = co_await call(record, method::tasks_update, std::move(members),
                                               capabilities, *request.abort);
            if (updated.has_error()) co_return updated.error();
            continue;
        }
        const auto interval = record->poll_interval();
        co_await record->changed.wait_until(clock_type::now() + interval);
    }
    co_return end_of(*record, request);
}

task<> task_routes::send_cancel(record_ptr record) {
    upstream_call request;
    request.method = method::tasks_cancel;
    request.members = fmt::format(R"("taskId":{})", quote_json(record->child_id));
    request.client_capabilities = with_tasks_declared("{}");
    abort_signal never;
    if (has_place(*record)) {
        co_await record->place->call(request, nullptr, never);
        co_return;
    }
    auto* const target = upstreams_.find(record->upstream);
    if (target == nullptr) co_return;
    upstream::caller who;
    who.speaks = record->form;
    auto place = co_await target->acquire(who, never);
    if (!place.has_error()) co_await place->call(request, nullptr, never);
}

void task_routes::cancel_in_background(const record_ptr& record) {
    if (is_stopping_ || record->is_local) return;
    if (!upstreams_.spawn(send_cancel(record)))
        log_.warning("server '{}': a task could not be cancelled: the gateway has too much to do",
                     record->upstream);
}

std::string task_routes::for_client(const client_request& request, const task_record& record,
                                    std::string_view json) const {
    if (request.client_era == era::legacy) return std::string{json};
    result_context context;
    context.client_era = era::modern;
    const auto* const source = upstreams_.find(record.upstream);
    const auto info = source == nullptr ? std::string{} : std::string{source->server_info()};
    context.server_info = info;
    return result_for_client(json, context);
}

} // namespace mcpgw
