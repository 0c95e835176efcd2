// SPDX-License-Identifier: Apache-2.0
#include "server/stages/question_rounds.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/bridge/question_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/question_shapes.hpp"
#include "server/stages/outgoing_call.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

/// "Try again later": no questions, only a state.
constexpr std::chrono::milliseconds empty_round{250};

std::string result_with_error(std::string_view text) {
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"isError":true}})",
                       quote_json(text));
}

/// What the Python SDK 2.x and FastMCP 4 say where a tool asks by a result of 2026-07-28 and its
/// client is an older one.
bool tells_of_rounds(std::string_view error) {
    const auto message = unquote_json(find_member(error, "message")).value_or("");
    return message.find("InputRequiredResult") != std::string::npos ||
           message == "Handler returned an invalid result";
}

} // namespace

// Who asks so is called again from the beginning (2026-07-28, basic/patterns/mrtr).
bool question_rounds::are_needed(const call_context& call, const result<upstream_answer>& answer) {
    if (answer.has_error() || call.needs_rounds || call.server() != era::legacy) return false;
    const auto& message = answer->message;
    const bool may_be = message.is_error || !message.in_result.result_type.empty();
    if (!may_be || !call.may_be_asked || !call.target.pools().speaks_both_eras()) return false;
    if (!message.is_error)
        return message.in_result.result_type.of(answer->line) == "\"input_required\"";
    return tells_of_rounds(message.error.of(answer->line));
}

task<result<std::string>> question_rounds::ask_client(const std::string& result_json,
                                                      call_context& call) {
    const auto questions = input_requests(result_json);
    auto& abort = *call.request.abort;
    auto& relay = *call.relay;
    std::vector<std::shared_ptr<question>> asked;
    // All at once: the client may show them together.
    for (const auto& q : questions) {
        auto one = relay.ask(q.method, q.params);
        if (one.has_error()) co_return one.error();
        asked.push_back(*one);
    }
    const abort_signal::listener on_abort{abort, [&relay, &abort] {
                                              relay.withdraw(*abort.reason());
                                          }};
    std::string responses;
    const auto asked_at = clock_type::now();
    const auto deadline = asked_at + answer_time;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto answer = co_await asked[i]->wait(deadline);
        if (abort.reason()) co_return *abort.reason();
        if (!answer.has_error()) answer = relay.translate_answer(questions[i].method, *answer);
        const bool is_elicitation = questions[i].method == method::elicitation;
        if (answer.has_error() && !is_elicitation) co_return answer.error();
        if (!responses.empty()) responses += ',';
        responses += fmt::format("{}:{}", questions[i].key_json,
                                 answer.has_error() ? R"({"action":"cancel"})" : *answer);
    }
    call.deadline += clock_type::now() - asked_at; // while somebody thinks the time stands still
    std::string members;
    if (!questions.empty()) members = fmt::format(R"("inputResponses":{{{}}})", responses);
    const auto state = find_member(result_json, "requestState");
    if (!state.empty())
        members += fmt::format("{}\"requestState\":{}", members.empty() ? "" : ",", state);
    co_return members;
}

task<result<forwarded_answer>> question_rounds::run(call_context& call) {
    timer pause{executor_};
    std::string retry_members;
    for (int round = 0; round < rounds_max; ++round) {
        if (round > 0) fill_members(call); // made again rather than kept: they can be large
        auto sent = make_call(call, std::move(call.members), retry_members);
        const auto answer = co_await call.place->call(sent, call.relay, *call.request.abort);
        const bool must_know_tasks = call.what.tasks != nullptr && !call.terms.declares_tasks &&
                                     needs_task_extension(answer);
        if (must_know_tasks) { // task_taker waits for the end of the task then
            call.terms.declares_tasks = true;
            continue;
        }
        const bool needs_input =
            !answer.has_error() && !answer->message.is_error &&
            answer->message.in_result.result_type.of(answer->line) == "\"input_required\"";
        if (!needs_input) co_return answers_.translate(call, answer, {});
        std::string body{answer->message.result.of(answer->line)};
        const auto asked = fit_input_required(body);
        if (asked.has_error()) co_return no_result(call.what, asked.error());
        if (*asked) body = **asked;
        auto members = co_await ask_client(body, call);
        if (members.has_error()) {
            const auto& reason = members.error();
            if (call.request.abort->reason()) co_return reason;
            // The model can act on the failure of a tool; other requests have errors for it.
            if (call.what.method == method::tools_call)
                co_return forwarded_answer{result_with_error(reason.message())};
            co_return fault{errc::invalid_request, std::string{reason.message()}};
        }
        retry_members = std::move(*members);
        if (input_requests(body).empty()) {
            pause.expires_after(empty_round);
            co_await pause.async_wait(nothrow);
        }
        if (call.request.abort->reason()) co_return *call.request.abort->reason();
    }
    co_return fault{errc::server_failed,
                    fmt::format("server '{}' asked for input {} times without an answer to the "
                                "request",
                                call.what.upstream, rounds_max)};
}

} // namespace mcpgw
