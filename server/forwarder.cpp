#include "server/forwarder.hpp"

#include "protocol/client_capabilities.hpp"
#include "protocol/era_bridge.hpp"
#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/question_bridge.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mcpgw {

namespace {

constexpr int rounds_max = 10;                  // a server that asks for ever must come to an end
constexpr std::chrono::minutes answer_time{10}; // a person may have to think
constexpr std::chrono::milliseconds empty_round{
    250}; // "try again later": no questions, only a state

std::string capabilities_of(const client_request& request) {
    if (request.client_era == era::modern)
        return std::string{request.message.in_meta.client_capabilities.of(request.text)};
    return client_capabilities_for(request.session->client_capabilities, request.spoken,
                                   newest_modern);
}

std::string log_level_of(const client_request& request) {
    if (request.client_era == era::modern)
        return std::string{request.message.in_meta.log_level.of(request.text)};
    constexpr std::array<std::string_view, 8> names{"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};
    if (!request.session->log_level) return {};
    return quote_json(names[static_cast<std::size_t>(*request.session->log_level)]);
}

} // namespace

task<result<std::string>> forwarder::ask_client(const std::string& result_json, call_relay& relay,
                                                abort_signal& abort) {
    const auto questions = input_requests(result_json);
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
    question_route to_modern;
    to_modern.server = newest_modern;
    const auto deadline = clock_type::now() + answer_time;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto answer = co_await asked[i]->wait(deadline);
        if (abort.reason()) co_return *abort.reason();
        const bool is_elicitation = questions[i].method == method::elicitation;
        if (!answer.has_error())
            answer = answer_for_server(questions[i].method, *answer, to_modern);
        if (answer.has_error() && !is_elicitation) co_return answer.error();
        if (!responses.empty()) responses += ',';
        responses += fmt::format("{}:{}", questions[i].key_json,
                                 answer.has_error() ? R"({"action":"cancel"})" : *answer);
    }
    std::string members;
    if (!questions.empty()) members = fmt::format(R"("inputResponses":{{{}}})", responses);
    const auto state = find_member(result_json, "requestState");
    if (!state.empty())
        members += fmt::format("{}\"requestState\":{}", members.empty() ? "" : ",", state);
    co_return members;
}

task<result<forwarded_answer>> forwarder::send(order o, const client_request& request,
                                               reply_sink& sink) {
    auto* const target = upstreams_.find(o.upstream);
    if (target == nullptr)
        co_return fault{errc::server_not_found, fmt::format("no server named '{}'", o.upstream)};
    const call_relay::attachment attached{std::make_shared<call_relay>(request, sink)};
    const auto& relay = attached.relay;
    const auto meta = meta_for_upstream(request.message.in_params.meta.of(request.text));
    timer pause{upstreams_.get_executor()};
    std::string retry_members;
    for (int round = 0; round < rounds_max; ++round) {
        upstream_call call;
        call.method = o.method;
        call.members = o.members;
        if (!retry_members.empty())
            call.members += (call.members.empty() ? "" : ",") + retry_members;
        call.meta_members = meta;
        call.client_capabilities = capabilities_of(request);
        call.log_level = log_level_of(request);
        call.wants_progress = relay->wants_progress();
        auto answered = co_await target->call(std::move(call), relay, *request.abort);
        if (answered.has_error()) co_return answered.error();
        const auto& answer = *answered;
        result_context context;
        context.upstream_era = target->spoken() ? era_of(*target->spoken()) : era::legacy;
        context.client_era = request.client_era;
        context.is_cacheable = o.is_cacheable;
        context.client = request.spoken;
        context.output = o.output;
        context.client_capabilities = request.message.in_meta.client_capabilities.of(request.text);
        const auto info = target->status().server_info;
        context.server_info = info;
        if (answer.message.is_error)
            co_return forwarded_answer{{},
                                       error_for_client(answer.message.error.of(answer.line),
                                                        context, o.method, o.uri_json)};
        const std::string body{answer.message.result.of(answer.line)};
        const bool needs_input =
            context.upstream_era == era::modern &&
            answer.message.in_result.result_type.of(answer.line) == "\"input_required\"";
        if (!needs_input || request.client_era == era::modern)
            co_return forwarded_answer{result_for_client(body, context), {}};
        auto members = co_await ask_client(body, *relay, *request.abort);
        if (members.has_error()) co_return members.error();
        retry_members = std::move(*members);
        if (input_requests(body).empty()) {
            pause.expires_after(empty_round);
            co_await pause.async_wait(nothrow);
        }
        if (request.abort->reason()) co_return *request.abort->reason();
    }
    co_return fault{errc::server_failed,
                    fmt::format("server '{}' asked for input {} times without an answer to the "
                                "request",
                                o.upstream, rounds_max)};
}

} // namespace mcpgw
