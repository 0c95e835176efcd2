// SPDX-License-Identifier: Apache-2.0
#include "server/calls/forwarder.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/crypto/request_digest.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/repair/question_shapes.hpp"
#include "protocol/repair/result_repair.hpp"
#include "server/calls/forwarder_journey.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mcpgw {

namespace {

constexpr int url_elicitation_required = -32042; // 2025-11-25, client/elicitation

std::string log_level_of(const client_request& request) {
    if (request.client_era == era::modern)
        return std::string{request.message.in_meta.log_level.of(request.text)};
    constexpr std::array<std::string_view, 8> names{"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};
    if (!request.session->log_level) return {};
    return quote_json(names[static_cast<std::size_t>(*request.session->log_level)]);
}

/// Requests that a server may answer with questions to the client. The others may share a process
/// with anybody's.
bool may_be_answered_with_a_question(std::string_view method_name) {
    return method_name == method::tools_call || method_name == method::prompts_get ||
           method_name == method::resources_read;
}

/// What binds a retry of a modern client to its first request. Made only where there is one or may
/// be one: arguments can be large.
std::string digest_of(const client_request& request) {
    if (request.client_era == era::legacy) return {};
    const auto& in = request.message.in_params;
    const auto name = unquote_json((in.uri.empty() ? in.name : in.uri).of(request.text));
    return request_digest(request.method(), name.value_or(""), in.arguments.of(request.text));
}

/// Says to a gateway, which has `handle` for us, in which session a request is.
void add_session(std::string& members, std::string_view meta, const std::string& handle) {
    if (handle.empty()) return;
    const auto own = find_member(meta, meta_key::session);
    if (!members.empty()) members += ',';
    members += fmt::format(R"("{}":{})", meta_key::session,
                           own.empty() || own == "null" ? quote_json(handle) : std::string{own});
}

} // namespace

result<message_text> raw_result(result<forwarded_answer>&& answer) {
    if (answer.has_error()) return answer.error();
    if (answer->is_error) return upstream_fault(answer->text.str());
    return std::move(answer->text);
}

fault no_result(const forwarder::order& of, const fault& why) {
    return {why.code, fmt::format("server '{}' answered with what is no result of {}: {}",
                                  of.upstream, of.method, why.detail)};
}

bool can_be_asked(const call_relay& relay, revision client) {
    const auto can = abilities_of(relay.client_capabilities(), client);
    return can.roots || can.sampling || can.form || can.url;
}

/// Opens the state that a retry carries. Errors: it is none of ours for this request.
result<void> forwarder::read_state(journey& way) const {
    const auto& request = way.request;
    const auto raw = request.message.in_params.request_state.of(request.text);
    if (request.client_era == era::legacy || raw.empty()) return {};
    request_state expected;
    expected.principal = request.principal;
    expected.digest = digest_of(request);
    expected.upstream = way.what.upstream;
    std::string why;
    auto state = states_.open(unquote_json(raw).value_or(""), expected,
                              request_states::time_point::clock::now(), &why);
    if (state.has_error()) {
        log_.debug("a requestState was refused: {}", why);
        return state.error();
    }
    way.state = std::make_unique<const request_state>(std::move(*state));
    return {};
}

std::string forwarder::seal(const journey& way, request_state state) const {
    state.principal = way.request.principal;
    state.digest = digest_of(way.request);
    state.upstream = way.what.upstream;
    return quote_json(states_.seal(state, request_states::time_point::clock::now()));
}

upstream_call forwarder::make_call(const journey& way, message_text&& members,
                                   std::string_view retry_members) {
    const auto& request = way.request;
    upstream_call call;
    call.method = way.what.method;
    call.members = std::move(members);
    call.tool = way.what.tool;
    call.deadline = way.deadline;
    if (!retry_members.empty()) {
        if (!call.members.empty()) call.members.append(",");
        call.members.append(retry_members);
    }
    const auto meta = request.message.in_params.meta.of(request.text);
    if (request.message.has_foreign_meta) call.meta_members = meta_for_upstream(meta);
    add_session(call.meta_members, meta, way.target.options().remote.session_handle);
    if (way.server() == era::modern) {
        call.client_capabilities = client_capabilities_for(way.relay->client_capabilities(),
                                                           request.spoken, way.place->spoken());
        call.log_level = log_level_of(request);
    }
    if (way.terms.declares_tasks)
        call.client_capabilities = with_tasks_declared(call.client_capabilities);
    call.wants_progress = way.relay->wants_progress();
    return call;
}

forwarded_answer forwarder::input_required(const journey& way, std::string members) const {
    const auto body = fmt::format(R"({{"resultType":"input_required",{}}})", members);
    auto context = way.context;
    context.is_cacheable = false; // what a retry brings is nobody else's
    return {result_for_client(body, context)};
}

/// The answer of an upstream in the client's era.
result<forwarded_answer> forwarder::finish(journey& way, const result<upstream_answer>& answer,
                                           std::string_view missing_capabilities) const {
    if (answer.has_error()) return answer.error();
    const auto& message = answer->message;
    const bool crosses = way.client() == era::modern && way.server() == era::legacy;
    const bool has_failed =
        message.is_error || message.in_result.is_error.of(answer->line) == "true";
    if (crosses && has_failed && !missing_capabilities.empty())
        return fault{errc::missing_client_capability,
                     "the server needs a capability that the client did not declare",
                     std::string{missing_capabilities}};
    if (message.is_error) {
        const auto error = message.error.of(answer->line);
        if (crosses && error_code(error) == url_elicitation_required)
            return ask_for_visit(way, error);
        return forwarded_answer{
            error_for_client(error, way.context, way.what.method, way.what.uri_json), true};
    }
    const auto repaired = repair_result(way.what.method, answer->line, message);
    if (repaired.has_error()) return no_result(way.what, repaired.error());
    const bool is_of_task =
        way.what.tasks != nullptr && concerns_tasks(way.request, *answer, way.server());
    auto body = message.result.of(answer->line);
    if (is_of_task) {
        way.task_token = message.id.of(answer->line);
        return forwarded_answer{*repaired ? std::move(**repaired) : std::string{body}};
    }
    if (*repaired) return forwarded_answer{result_for_client(**repaired, way.context)};
    const auto type = message.in_result.result_type.of(answer->line);
    if (way.client() == era::modern && type == "\"input_required\"") {
        const auto asked = fit_input_required(body);
        if (asked.has_error()) return no_result(way.what, asked.error());
        if (*asked) body = **asked;
        const auto state = find_member(body, "requestState");
        if (state.empty()) return input_required(way, std::string{body.substr(1, body.size() - 2)});
        request_state sealed;
        sealed.what = request_state::kind::relayed;
        sealed.upstream_state = state;
        if (sealed.upstream_state.size() > token_sealer::payload_bytes_max / 2)
            return fault{errc::server_failed,
                         fmt::format("server '{}' wants its client to keep a state of {} bytes, "
                                     "which is too much",
                                     way.what.upstream, sealed.upstream_state.size())};
        const auto text = with_member(body.substr(1, body.size() - 2), "requestState",
                                      seal(way, std::move(sealed)));
        return forwarded_answer{result_for_client("{" + text + "}", way.context)};
    }
    return forwarded_answer{result_for_client(answer->line, message, way.context), false,
                            message.mentions_resources};
}

task<result<forwarded_answer>> forwarder::call_once(journey& way) {
    std::shared_ptr<call_observer> observer;
    if (way.may_be_asked) observer = way.relay;
    auto call = make_call(way, std::move(way.members), {});
    const auto answer = co_await way.place->call(call, std::move(observer), *way.request.abort);
    if (is_for_rounds_alone(way, answer)) {
        way.needs_rounds = true;
        if (!way.what.tool.empty()) way.target.note_rounds(way.what.tool);
        auto again = co_await try_once(way, way.target);
        co_return again;
    }
    co_return finish(way, answer, way.relay->missing_capabilities());
}

task<result<forwarded_answer>> forwarder::call_parked(journey& way) {
    parked_call::identity who;
    who.principal = way.request.principal;
    who.digest = digest_of(way.request);
    who.upstream = way.what.upstream;
    auto call = make_call(way, std::move(way.members), {});
    if (way.what.tasks != nullptr)
        way.task_place = std::make_unique<upstream::lease>(way.place->follow());
    auto end = co_await parked_.begin(std::move(*way.place), std::move(call), std::move(who),
                                      way.request, way.relay);
    co_return end_round(way, std::move(end));
}

result<forwarded_answer> forwarder::end_round(journey& way, parked_calls::round_end end) const {
    if (!end.input_required.empty()) return input_required(way, std::move(end.input_required));
    return finish(way, end.answer, end.missing_capabilities);
}

/// A retry finds its call where it waits; no other instance is needed for it.
task<result<forwarded_answer>> forwarder::resume(journey& way) {
    way.context.upstream_era = era::legacy;
    auto resumed = co_await parked_.resume(*way.state, way.request, way.relay);
    if (resumed.has_error()) co_return resumed.error();
    co_return end_round(way, std::move(*resumed));
}

task<result<forwarded_answer>> forwarder::call(journey& way) {
    if (auto ready = prepare(way); ready.has_error()) return fail(ready.error());
    const bool crosses = way.client() != way.server() && way.may_be_asked;
    if (crosses && way.server() == era::modern) return call_in_rounds(way);
    if (crosses && !way.terms.makes_task() && can_be_asked(*way.relay, way.request.spoken))
        return call_parked(way);
    return call_once(way);
}

task<result<forwarded_answer>> forwarder::fail(fault reason) {
    co_return reason;
}

/// The parameters as the server knows them, and what is agreed about tasks.
result<void> forwarder::prepare(journey& way) const {
    way.context.upstream_era = era_of(way.place->spoken());
    // The server that gave this state is gone; another must not execute the request again.
    if (way.state && way.state->what == request_state::kind::relayed && way.server() == era::legacy)
        return request_states::invalid();
    if (way.what.tasks != nullptr) {
        auto terms =
            agree_on_tasks(way.request, way.target, way.place->spoken(), way.what.tool_tasks);
        if (terms.has_error()) return terms.error();
        way.terms = std::move(*terms);
    }
    fill_members(way);
    return {};
}

void forwarder::fill_members(journey& way) {
    const auto& request = way.request;
    if (way.what.members) {
        way.members = *way.what.members;
    } else {
        params_route route{way.client(), way.server(), way.what.replaced_key, way.what.replacement};
        way.members = params_for_upstream(request.text, request.message, route);
    }
    // `context` came with 2025-06-18 (server/utilities/completion).
    if (way.what.method == method::complete && way.place->spoken() < revision::r2025_06_18)
        way.members = with_member(way.members.str(), "context", {});
    if (way.state && way.server() == era::modern)
        way.members = with_member(way.members.str(), "requestState", way.state->upstream_state);
    const bool has_task = !way.what.members && request.message.in_params.task;
    if (way.terms.changes(has_task)) way.members = way.terms.apply_to(way.members.str());
}

/// No coroutine: nothing is waited for here.
task<result<forwarded_answer>> forwarder::begin(journey& way, upstream& target) {
    if (way.state && way.state->what == request_state::kind::parked) {
        way.show(target.server_info());
        return resume(way);
    }
    target.retries().on_call();
    return try_once(way, target);
}

/// What failed is tried again, here or elsewhere; a task is made known or waited for.
task<> forwarder::go_on(journey& way, upstream& target, reply_sink& sink,
                        result<forwarded_answer>& answered) {
    if (answered.has_error()) answered = co_await try_again(way, target, std::move(answered));
    if (answered.has_error() && may_fall_back(way, answered.error())) {
        auto reason = answered.error();
        answered = co_await fall_back(way, target, std::move(reason));
        co_return;
    }
    if (answered.has_error() || way.task_token.empty()) co_return;
    answered_call for_tasks{std::string{way.what.upstream}, answered->text.str(),
                            std::move(way.task_token), way.relay};
    if (!way.task_place) way.task_place = std::make_unique<upstream::lease>(way.place->follow());
    auto& tasks = *way.what.tasks;
    auto taken = co_await tasks.take_over(way.request, sink, *way.task_place, std::move(for_tasks));
    if (taken.has_error())
        answered = taken.error();
    else
        answered = forwarded_answer{std::move(*taken)};
}

task<result<forwarded_answer>> forwarder::send(const order& o, const client_request& request,
                                               reply_sink& sink) {
    auto* const target = upstreams_.find(o.upstream);
    if (target == nullptr)
        co_return fault{errc::server_not_found, fmt::format("no server named '{}'", o.upstream)};
    const call_relay::attachment attached{
        std::make_shared<call_relay>(request, sink, ++requests_made_)};
    journey way{o, request, *target, nullptr, attached.relay, {}, {}, {}, false, {}, {}};
    way.relay->set_progress_floor(o.progress_told);
    way.may_be_asked = may_be_answered_with_a_question(o.method);
    way.context.client_era = request.client_era;
    way.context.is_cacheable = o.is_cacheable;
    way.context.client = request.spoken;
    way.context.output = o.output;
    way.context.client_capabilities = way.relay->client_capabilities();
    if (request.client_era == era::modern && way.may_be_asked) {
        if (auto known = read_state(way); known.has_error()) co_return known.error();
    }
    way.limits = limits_of_call(target->options(), o.tool);
    way.deadline = clock_type::now() + way.limits.total;
    auto answered = co_await begin(way, *target);
    const bool was_parked = way.state && way.state->what == request_state::kind::parked;
    const bool is_over = !answered.has_error() && way.task_token.empty();
    if (!is_over && !was_parked) co_await go_on(way, *target, sink, answered);
    co_return answered;
}

} // namespace mcpgw
