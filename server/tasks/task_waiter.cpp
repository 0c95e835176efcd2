// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_waiter.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/question_bridge.hpp"
#include "protocol/bridge/task_repair.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/tasks/task_notifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes answer_time{10}; // a person may have to think

} // namespace

task_waiter::outcome task_waiter::end_of(const task_record& record,
                                         const client_request& request) {
    if (record.is_cancelled) return fault{errc::call_cancelled, "the task was cancelled"};
    const auto context = context_of(record, request.client_era);
    if (!record.outcome.error.empty())
        return upstream_fault(
            error_for_client(record.outcome.error, context, method::tools_call, {}));
    return result_for_client(without_related_task(record.outcome.result), context);
}

task<task_waiter::outcome> task_waiter::wait(std::shared_ptr<task_record> record,
                                             const client_request& request, reply_sink& sink) {
    if (record->form == era::modern) co_return co_await wait_for_extension(record, request, sink);
    co_return co_await wait_for_core(record, request, sink);
}

task<> task_waiter::pass_on(std::shared_ptr<task_record> record, std::string key,
                            std::shared_ptr<question> asked) {
    const auto answer = co_await asked->wait(clock_type::now() + answer_time);
    std::erase(record->live, asked);
    // The request that carried the question has ended: the next tasks/result asks again.
    const bool is_unasked = answer.has_error() && answer.error().code == errc::call_cancelled;
    if (is_unasked) record->inbox->put_back(key);
    if (!is_unasked) record->inbox->settle(key, answer);
    record->changed.notify_all();
}

task<task_waiter::outcome> task_waiter::wait_for_core(std::shared_ptr<task_record> record,
                                                      const client_request& request,
                                                      reply_sink& sink) {
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
task<result<std::string>> task_waiter::answers_of_client(std::shared_ptr<task_record> record,
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

task<task_waiter::outcome> task_waiter::wait_for_extension(std::shared_ptr<task_record> record,
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
        const auto seen = co_await servers_.call(record, method::tasks_get, std::string(),
                                                 capabilities, *request.abort);
        if (seen.has_error()) co_return seen.error();
        if (seen->message.is_error)
            co_return upstream_fault(error_for_client(seen->message.error.of(seen->line),
                                                      context_of(*record, request.client_era),
                                                      method::tasks_get, {}));
        if (!is_told(seen)) co_return no_task(*record);
        const auto before = record->status();
        record->task_json = repaired_task(seen->message.result.of(seen->line), era::modern);
        const auto status = record->status();
        if (status != before) task_notifier::notify_session(*record);
        if (status == task_status::completed)
            record->outcome.result = find_member(record->task_json, "result");
        if (status == task_status::failed)
            record->outcome.error = find_member(record->task_json, "error");
        if (status == task_status::cancelled) record->is_cancelled = true;
        // A task that has ended without telling how would be asked for ever.
        if (is_terminal(status) && !record->is_cancelled && !record->has_ended())
            record->outcome.error = error_text({errc::server_failed});
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
                servers_.cancel_in_background(record);
                co_return responses.error();
            }
            std::string members = fmt::format(R"("inputResponses":{})", *responses);
            const auto updated = co_await servers_.call(
                record, method::tasks_update, std::move(members), capabilities, *request.abort);
            if (updated.has_error()) co_return updated.error();
            continue;
        }
        const auto interval = record->poll_interval();
        co_await record->changed.wait_until(clock_type::now() + interval);
    }
    co_return end_of(*record, request);
}

} // namespace mcpgw
