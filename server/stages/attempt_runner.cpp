// SPDX-License-Identifier: Apache-2.0
#include "server/stages/attempt_runner.hpp"

#include "server/calls/sharing_key.hpp"
#include "server/calls/start_progress.hpp"
#include "server/stages/outgoing_call.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace mcpgw {

/// No coroutine: where the server has room, nothing is waited for before the call itself.
task<result<forwarded_answer>> attempt_runner::run(call_context& call, upstream& target) {
    upstream_caller who;
    who.speaks = call.request.client_era;
    who.owner = call.relay->owner();
    who.may_be_asked = call.may_be_asked;
    if (call.needs_rounds || target.eras().asks_in_rounds(call.what.tool)) who.speaks = era::modern;
    who.method = call.what.method;
    who.tool = call.what.tool;
    if (target.places().is_unproven(who) || target.places().may_have_more(who))
        who.can_answer = can_be_asked(*call.relay, call.request.spoken);
    who.deadline = call.deadline;
    auto key = sharing_key(target.options().pool.share, call.request);
    if (key.has_error()) return fail(key.error());
    who.key = *key;
    call.is_written = false;
    call.place = nullptr;
    call.task_place.reset();
    call.task_token.clear();
    call.held.reset();
    auto at_once = target.places().try_acquire(who);
    if (!at_once) return run_later(call, target, who, std::move(*key));
    if (at_once->has_error()) return fail(at_once->error());
    return call_at(call, std::move(**at_once));
}

task<result<forwarded_answer>> attempt_runner::run_later(call_context& call, upstream& target,
                                                         upstream_caller who, std::string key) {
    who.key = key;
    std::optional<start_progress> waiting;
    if (call.relay->wants_progress())
        waiting.emplace(upstreams_.get_executor(), target,
                        [relay = call.relay](double progress, const std::string& message) {
                            relay->on_start(progress, message);
                        });
    auto place = co_await target.places().acquire(who, *call.request.abort);
    waiting.reset();
    if (place.has_error()) {
        // Who wants to wait longer for a start must know which limit it was.
        const bool is_late =
            place.error().code == errc::call_timed_out && clock_type::now() >= call.deadline;
        if (is_late) co_return too_long_in_all(target.name(), call.what.method, call.limits);
        co_return place.error();
    }
    auto answered = co_await call_at(call, std::move(*place));
    co_return answered;
}

task<result<forwarded_answer>> attempt_runner::call_at(call_context& call, upstream_lease place) {
    call.held.emplace(std::move(place));
    call.place = &*call.held;
    call.relay->set_server(call.place->spoken());
    call.show(call.place->server_info());
    call.is_written = true;
    return send_call(call);
}

task<result<forwarded_answer>> attempt_runner::call_once(call_context& call) {
    std::shared_ptr<call_observer> observer;
    if (call.may_be_asked) observer = call.relay;
    auto sent = make_call(call, std::move(call.members), {});
    const auto answer = co_await call.place->call(sent, std::move(observer), *call.request.abort);
    if (question_rounds::are_needed(call, answer)) {
        call.needs_rounds = true;
        if (!call.what.tool.empty()) call.target.eras().note_rounds(call.what.tool);
        auto again = co_await run(call, call.target);
        co_return again;
    }
    co_return answers_.translate(call, answer, call.relay->missing_capabilities());
}

task<result<forwarded_answer>> attempt_runner::call_parked(call_context& call) {
    parked_call::identity who;
    who.principal = call.request.principal;
    who.digest = digest_of(call.request);
    who.upstream = call.what.upstream;
    auto sent = make_call(call, std::move(call.members), {});
    if (call.what.tasks != nullptr)
        call.task_place = std::make_unique<upstream_lease>(call.place->follow());
    auto end = co_await parked_.begin(std::move(*call.place), std::move(sent), std::move(who),
                                      call.request, call.relay);
    co_return end_round(call, std::move(end));
}

result<forwarded_answer> attempt_runner::end_round(call_context& call,
                                                   parked_calls::round_end end) const {
    if (!end.input_required.empty())
        return answer_translator::input_required(call, end.input_required);
    return answers_.translate(call, end.answer, end.missing_capabilities);
}

task<result<forwarded_answer>> attempt_runner::resume(call_context& call) {
    call.context.upstream_era = era::legacy;
    auto resumed = co_await parked_.resume(*call.state, call.request, call.relay);
    if (resumed.has_error()) co_return resumed.error();
    co_return end_round(call, std::move(*resumed));
}

task<result<forwarded_answer>> attempt_runner::send_call(call_context& call) {
    if (auto ready = prepare_call(call); ready.has_error()) return fail(ready.error());
    const bool crosses = call.client() != call.server() && call.may_be_asked;
    if (crosses && call.server() == era::modern) return rounds_.run(call);
    if (crosses && !call.terms.makes_task() && can_be_asked(*call.relay, call.request.spoken))
        return call_parked(call);
    return call_once(call);
}

task<result<forwarded_answer>> attempt_runner::fail(fault reason) {
    co_return reason;
}

} // namespace mcpgw
