// SPDX-License-Identifier: Apache-2.0
#include "server/stages/forwarder.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace mcpgw {

namespace {

/// Requests that a server may answer with questions to the client. The others may share a process
/// with anybody's.
bool may_be_answered_with_a_question(std::string_view method_name) {
    return method_name == method::tools_call || method_name == method::prompts_get ||
           method_name == method::resources_read;
}

} // namespace

forwarder::forwarder(const registry& upstreams, const request_states& states, parked_calls& parked,
                     logger& log)
    : upstreams_(upstreams)
    , answers_(states, log)
    , rounds_(upstreams.get_executor(), answers_)
    , attempts_(upstreams, parked, answers_, rounds_)
    , retrier_(upstreams.get_executor(), attempts_, log)
    , fallbacks_(upstreams, attempts_, retrier_, log) {}

/// No coroutine: nothing is waited for here.
task<result<forwarded_answer>> forwarder::begin(call_context& call, upstream& target) {
    if (call.state && call.state->what == request_state::kind::parked) {
        call.show(target.view().server_info());
        return attempts_.resume(call);
    }
    target.retries().on_call();
    return attempts_.run(call, target);
}

/// What failed is tried again, here or elsewhere; a task is made known or waited for.
task<> forwarder::go_on(call_context& call, upstream& target, reply_sink& sink,
                        result<forwarded_answer>& answered) {
    if (answered.has_error()) answered = co_await retrier_.run(call, target, std::move(answered));
    if (answered.has_error() && fallback_caller::may_run(call, answered.error())) {
        auto reason = answered.error();
        answered = co_await fallbacks_.run(call, target, std::move(reason));
        co_return;
    }
    if (answered.has_error() || call.task_token.empty()) co_return;
    answered_call for_tasks{target.uses().identity(), answered->text.str(),
                            std::move(call.task_token), call.relay};
    if (!call.task_place) call.task_place = std::make_unique<upstream_lease>(call.place->follow());
    auto& tasks = *call.what.tasks;
    auto taken =
        co_await tasks.take_over(call.request, sink, *call.task_place, std::move(for_tasks));
    if (taken.has_error())
        answered = taken.error();
    else
        answered = forwarded_answer{std::move(*taken)};
}

task<result<forwarded_answer>> forwarder::send(const forward_request& what,
                                               const client_request& request, reply_sink& sink) {
    const upstream_visit target{upstreams_.find(what.upstream)};
    if (!target)
        co_return fault{errc::server_not_found, fmt::format("no server named '{}'", what.upstream)};
    const call_relay::attachment attached{
        std::make_shared<call_relay>(request, sink, ++requests_made_)};
    call_context call{.what = what, .request = request, .target = *target, .relay = attached.relay};
    call.relay->set_progress_floor(what.progress_told);
    call.may_be_asked = may_be_answered_with_a_question(what.method);
    call.context.client_era = request.client_era;
    call.context.is_cacheable = what.is_cacheable;
    call.context.client = request.spoken;
    call.context.output = what.output;
    call.context.client_capabilities = call.relay->client_capabilities();
    if (request.client_era == era::modern && call.may_be_asked) {
        if (auto known = answers_.read_state(call); known.has_error()) co_return known.error();
    }
    call.limits = limits_of_call(target->options(), what.tool);
    call.deadline = clock_type::now() + call.limits.total;
    auto answered = co_await begin(call, *target);
    const bool was_parked = call.state && call.state->what == request_state::kind::parked;
    const bool is_over = !answered.has_error() && call.task_token.empty();
    if (!is_over && !was_parked) co_await go_on(call, *target, sink, answered);
    co_return answered;
}

} // namespace mcpgw
