// SPDX-License-Identifier: Apache-2.0
// What a server wants to know before it answers, asked in the client's way.
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/question_shapes.hpp"
#include "server/calls/forwarder_journey.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr int rounds_max = 10;                  // a server that asks for ever must come to an end
constexpr std::uint64_t visits_max = 3;         // of URLs, for one request
constexpr std::chrono::minutes answer_time{10}; // a person may have to think
constexpr std::chrono::milliseconds empty_round{
    250}; // "try again later": no questions, only a state

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

/// A server of both eras has asked a legacy client by a result that only the modern one has, or
/// could not send it. Who asks so is called again from the begin (2026-07-28, basic/patterns/mrtr):
/// the call can be made once more in the modern era, where its questions are translated.
bool forwarder::is_for_rounds_alone(const journey& way, const result<upstream_answer>& answer) {
    if (answer.has_error() || way.needs_rounds || way.server() != era::legacy) return false;
    const auto& message = answer->message;
    const bool may_be = message.is_error || !message.in_result.result_type.empty();
    if (!may_be || !way.may_be_asked || !way.target.speaks_both_eras()) return false;
    if (!message.is_error)
        return message.in_result.result_type.of(answer->line) == "\"input_required\"";
    return tells_of_rounds(message.error.of(answer->line));
}

std::string with_member(std::string_view members, std::string_view key, std::string_view value) {
    const auto object = fmt::format("{{{}}}", members);
    member_writer changed;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (member->key != key) changed.add(member->key, member->value);
    if (!value.empty()) changed.add(key, value);
    return changed.take_members();
}

namespace {

/// The visits that an error asks for, as members of inputRequests; empty if it names none, or one
/// that cannot be asked for.
std::string visits_of(std::string_view error_json) {
    std::string requests;
    int made = 0;
    element_reader wanted{find_member(find_member(error_json, "data"), "elicitations")};
    while (const auto one = wanted.next()) {
        if (!is_json_object(*one)) return {};
        auto params = with_member(one->substr(1, one->size() - 2), "elicitationId", {});
        if (find_member(*one, "mode").empty()) params = with_member(params, "mode", R"("url")");
        params = fmt::format("{{{}}}", params);
        auto fitted = fit_question(method::elicitation, params);
        if (fitted.has_error() || find_member(params, "mode") != "\"url\"") return {};
        requests +=
            fmt::format(R"({}"url{}":{{"method":"{}","params":{}}})", requests.empty() ? "" : ",",
                        ++made, method::elicitation, *fitted ? **fitted : params);
    }
    return requests;
}

} // namespace

/// A legacy server refuses until the user has visited a URL (2025-11-25, client/elicitation, "URL
/// Elicitation Required Error"); a modern client is asked to, and comes back with the same request.
result<forwarded_answer> forwarder::ask_for_visit(const journey& way,
                                                  std::string_view error_json) const {
    const auto abilities = abilities_of(way.relay->client_capabilities(), newest_modern);
    if (!abilities.url)
        return fault{errc::missing_client_capability,
                     "the server wants the user to visit a URL, which this client does not support",
                     R"({"requiredCapabilities":{"elicitation":{"url":{}}}})"};
    request_state state;
    state.what = request_state::kind::url;
    state.round = way.state ? way.state->round + 1 : 1;
    if (state.round > visits_max)
        return fault{errc::server_failed,
                     fmt::format("server '{}' still refuses after {} visits of its URL",
                                 way.what.upstream, visits_max)};
    const auto requests = visits_of(error_json);
    if (requests.empty())
        return forwarded_answer{
            error_for_client(error_json, way.context, way.what.method, way.what.uri_json), true};
    return input_required(way, fmt::format(R"("inputRequests":{{{}}},"requestState":{})", requests,
                                           seal(way, std::move(state))));
}

task<result<std::string>> forwarder::ask_client(const std::string& result_json, journey& way) {
    const auto questions = input_requests(result_json);
    auto& abort = *way.request.abort;
    auto& relay = *way.relay;
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
    way.deadline += clock_type::now() - asked_at; // while somebody thinks the time stands still
    std::string members;
    if (!questions.empty()) members = fmt::format(R"("inputResponses":{{{}}})", responses);
    const auto state = find_member(result_json, "requestState");
    if (!state.empty())
        members += fmt::format("{}\"requestState\":{}", members.empty() ? "" : ",", state);
    co_return members;
}

/// A legacy client in front of a modern server.
task<result<forwarded_answer>> forwarder::call_in_rounds(journey& way) {
    timer pause{upstreams_.get_executor()};
    std::string retry_members;
    for (int round = 0; round < rounds_max; ++round) {
        if (round > 0) fill_members(way); // made again rather than kept: they can be large
        auto call = make_call(way, std::move(way.members), retry_members);
        const auto answer = co_await way.place->call(call, way.relay, *way.request.abort);
        const bool must_know_tasks = way.what.tasks != nullptr && !way.terms.declares_tasks &&
                                     needs_task_extension(answer);
        if (must_know_tasks) { // task_routes waits for the end of the task then
            way.terms.declares_tasks = true;
            continue;
        }
        const bool needs_input =
            !answer.has_error() && !answer->message.is_error &&
            answer->message.in_result.result_type.of(answer->line) == "\"input_required\"";
        if (!needs_input) co_return finish(way, answer, {});
        std::string body{answer->message.result.of(answer->line)};
        const auto asked = fit_input_required(body);
        if (asked.has_error()) co_return no_result(way.what, asked.error());
        if (*asked) body = **asked;
        auto members = co_await ask_client(body, way);
        if (members.has_error()) {
            const auto& reason = members.error();
            if (way.request.abort->reason()) co_return reason;
            // The model can act on the failure of a tool; other requests have errors for it.
            if (way.what.method == method::tools_call)
                co_return forwarded_answer{result_with_error(reason.message())};
            co_return fault{errc::invalid_request, std::string{reason.message()}};
        }
        retry_members = std::move(*members);
        if (input_requests(body).empty()) {
            pause.expires_after(empty_round);
            co_await pause.async_wait(nothrow);
        }
        if (way.request.abort->reason()) co_return *way.request.abort->reason();
    }
    co_return fault{errc::server_failed,
                    fmt::format("server '{}' asked for input {} times without an answer to the "
                                "request",
                                way.what.upstream, rounds_max)};
}

} // namespace mcpgw
