// SPDX-License-Identifier: Apache-2.0
#include "server/stages/answer_translator.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/repair/question_shapes.hpp"
#include "protocol/repair/result_repair.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace mcpgw {

namespace {

constexpr int url_elicitation_required = -32042; // 2025-11-25, client/elicitation

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

result<void> answer_translator::read_state(call_context& call) const {
    const auto& request = call.request;
    const auto raw = request.message.in_params.request_state.of(request.text);
    if (request.client_era == era::legacy || raw.empty()) return {};
    request_state expected;
    expected.principal = request.principal;
    expected.digest = digest_of(request);
    expected.upstream = call.what.upstream;
    std::string why;
    auto state = states_.open(unquote_json(raw).value_or(""), expected,
                              request_states::time_point::clock::now(), &why);
    if (state.has_error()) {
        log_.debug("a requestState was refused: {}", why);
        return state.error();
    }
    call.state = std::make_unique<const request_state>(std::move(*state));
    return {};
}

std::string answer_translator::seal(const call_context& call, request_state state) const {
    state.principal = call.request.principal;
    state.digest = digest_of(call.request);
    state.upstream = call.what.upstream;
    return quote_json(states_.seal(state, request_states::time_point::clock::now()));
}

forwarded_answer answer_translator::input_required(const call_context& call,
                                                   std::string_view members) {
    const auto body = fmt::format(R"({{"resultType":"input_required",{}}})", members);
    auto context = call.context;
    context.is_cacheable = false; // what a retry brings is nobody else's
    return {result_for_client(body, context)};
}

result<forwarded_answer> answer_translator::translate(call_context& call,
                                                      const result<upstream_answer>& answer,
                                                      std::string_view missing_capabilities) const {
    if (answer.has_error()) return answer.error();
    const auto& message = answer->message;
    const bool crosses = call.client() == era::modern && call.server() == era::legacy;
    const bool has_failed =
        message.is_error || message.in_result.is_error.of(answer->line) == "true";
    if (crosses && has_failed && !missing_capabilities.empty())
        return fault{errc::missing_client_capability,
                     "the server needs a capability that the client did not declare",
                     std::string{missing_capabilities}};
    if (message.is_error) {
        const auto error = message.error.of(answer->line);
        if (crosses && error_code(error) == url_elicitation_required)
            return ask_for_visit(call, error);
        return forwarded_answer{
            error_for_client(error, call.context, call.what.method, call.what.uri_json), true};
    }
    const auto repaired = repair_result(call.what.method, answer->line, message);
    if (repaired.has_error()) return no_result(call.what, repaired.error());
    const bool is_of_task =
        call.what.tasks != nullptr && concerns_tasks(call.request, *answer, call.server());
    auto body = message.result.of(answer->line);
    if (is_of_task) {
        call.task_token = message.id.of(answer->line);
        return forwarded_answer{*repaired ? std::move(**repaired) : std::string{body}};
    }
    if (*repaired) return forwarded_answer{result_for_client(**repaired, call.context)};
    const auto type = message.in_result.result_type.of(answer->line);
    if (call.client() == era::modern && type == "\"input_required\"") {
        const auto asked = fit_input_required(body);
        if (asked.has_error()) return no_result(call.what, asked.error());
        if (*asked) body = **asked;
        const auto state = find_member(body, "requestState");
        if (state.empty()) return input_required(call, body.substr(1, body.size() - 2));
        request_state sealed;
        sealed.what = request_state::kind::relayed;
        sealed.upstream_state = state;
        if (sealed.upstream_state.size() > token_sealer::payload_bytes_max / 2)
            return fault{errc::server_failed,
                         fmt::format("server '{}' wants its client to keep a state of {} bytes, "
                                     "which is too much",
                                     call.what.upstream, sealed.upstream_state.size())};
        const auto text = with_member(body.substr(1, body.size() - 2), "requestState",
                                      seal(call, std::move(sealed)));
        return forwarded_answer{result_for_client("{" + text + "}", call.context)};
    }
    return forwarded_answer{result_for_client(answer->line, message, call.context), false,
                            message.mentions_resources};
}

/// A legacy server refuses until the user has visited a URL (2025-11-25, client/elicitation, "URL
/// Elicitation Required Error"); a modern client is asked to, and comes back with the same request.
result<forwarded_answer> answer_translator::ask_for_visit(const call_context& call,
                                                          std::string_view error_json) const {
    const auto abilities = abilities_of(call.relay->client_capabilities(), newest_modern);
    if (!abilities.url)
        return fault{errc::missing_client_capability,
                     "the server wants the user to visit a URL, which this client does not support",
                     R"({"requiredCapabilities":{"elicitation":{"url":{}}}})"};
    request_state state;
    state.what = request_state::kind::url;
    state.round = call.state ? call.state->round + 1 : 1;
    if (state.round > visits_max)
        return fault{errc::server_failed,
                     fmt::format("server '{}' still refuses after {} visits of its URL",
                                 call.what.upstream, visits_max)};
    const auto requests = visits_of(error_json);
    if (requests.empty())
        return forwarded_answer{
            error_for_client(error_json, call.context, call.what.method, call.what.uri_json), true};
    return input_required(call, fmt::format(R"("inputRequests":{{{}}},"requestState":{})", requests,
                                            seal(call, std::move(state))));
}

} // namespace mcpgw
