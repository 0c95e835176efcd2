// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/place_finder.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

fault place_finder::breaker_is_open() const {
    const auto wait = breaker_.retry_in(clock_type::now());
    const auto when = wait.count() > 0 ? fmt::format("try again in {} ms", wait.count())
                                       : std::string{"a trial call is under way"};
    return {errc::circuit_open,
            fmt::format("server '{}' failed too often of late and is left alone; {}{}",
                        options_.name, when,
                        restarts_.reason().empty()
                            ? ""
                            : fmt::format(". Its last failure: {}", restarts_.reason())),
            fmt::format(R"({{"retryAfterMs":{}}})", wait.count())};
}

task<result<upstream_lease>> place_finder::acquire(upstream_caller who, abort_signal& abort) {
    const auto pass = breaker_.admit(clock_type::now());
    if (!pass) co_return breaker_is_open();
    ++waiting_;
    const on_scope_exit found{[this] {
        --waiting_;
        note_end();
    }};
    auto place = co_await find_place(who, abort);
    if (!place.has_error()) {
        place->count_as(*pass);
        co_return place;
    }
    const auto code = place.error().code;
    const bool is_its_fault = code == errc::server_failed || code == errc::call_timed_out ||
                              code == errc::connection_lost;
    // Other starts that fail are counted once, however many wait for them (upstream::on_state).
    const bool had_time = clock_type::now() < who.deadline;
    if (pass->is_trial && is_its_fault && had_time)
        breaker_.fail(*pass, clock_type::now());
    else
        breaker_.abandon(*pass);
    co_return place;
}

std::optional<result<upstream_lease>> place_finder::try_acquire(const upstream_caller& who) {
    const auto known = pools_.verdict();
    if (!known || life_.is_closed() || (who.can_answer && may_have_more(who))) return std::nullopt;
    auto& pool = pools_.of(known->best_for(who.speaks));
    if (!pool.has_running()) return std::nullopt;
    const auto pass = breaker_.admit(clock_type::now());
    if (!pass) return breaker_is_open();
    const auto wanted = wanted_place(who, pool);
    auto place = pool.try_take(wanted);
    if (place) {
        life_.want();
        upstream_lease held{*this, std::move(*place)};
        held.count_as(*pass);
        begin_trial(held, who, wanted.is_unproven);
        if (!held.on().roots().are_being_learnt() && held.try_bind()) return held;
        return std::nullopt; // the lease gives the pass back
    }
    breaker_.abandon(*pass);
    return std::nullopt;
}

task<result<upstream_lease>> place_finder::find_place(upstream_caller who, abort_signal& abort) {
    const auto deadline = place_deadline(who);
    auto pool = co_await life_.ready(who.speaks, deadline, abort);
    if (pool.has_error()) co_return pool.error();
    if (who.can_answer && may_have_more(who)) {
        co_await trial_.run(deadline);
        pool = co_await life_.ready(who.speaks, deadline, abort);
        if (pool.has_error()) co_return pool.error();
    }
    auto place = co_await (*pool)->take(wanted_place(who, **pool), abort);
    if (place.has_error()) co_return place.error();
    upstream_lease held{*this, std::move(*place)};
    begin_trial(held, who, is_unproven(who));
    const auto bound = co_await held.bind(deadline, abort);
    if (bound.has_error()) co_return bound.error();
    co_return held;
}

task<result<upstream_answer>> place_finder::call(upstream_call request,
                                                 std::shared_ptr<call_observer> observer,
                                                 abort_signal& abort) {
    upstream_caller who;
    who.owner = observer ? observer->owner() : 0;
    who.may_be_asked = observer != nullptr;
    who.method = request.method;
    who.tool = request.tool;
    auto place = co_await acquire(who, abort);
    if (place.has_error()) co_return place.error();
    auto answer = co_await place->call(request, std::move(observer), abort);
    co_return answer;
}

/// How long a call waits for a start.
clock_type::time_point place_finder::place_deadline(const upstream_caller& who) const {
    const bool waits = options_.restart.calls == rest_policy::wait;
    const bool has_limit = who.deadline != clock_type::time_point::max();
    if (waits && has_limit) return who.deadline;
    return std::min(clock_type::now() + options_.start_wait(), who.deadline);
}

pool_request place_finder::wanted_place(const upstream_caller& who,
                                        const instance_pool& pool) const {
    pool_request wanted;
    wanted.key = who.key;
    wanted.owner = who.owner;
    wanted.deadline = who.deadline;
    wanted.may_be_asked = who.may_be_asked && pool.members().spoken_era() == era::legacy;
    wanted.tool = who.tool;
    wanted.can_answer = who.can_answer;
    wanted.is_unproven = wanted.may_be_asked && is_unproven(who);
    return wanted;
}

bool place_finder::may_have_more(const upstream_caller& who) const {
    if (who.speaks != era::legacy || !who.may_be_asked || options_.only_era) return false;
    // Before the first start nobody knows: where it turns out to be so, the call finds out.
    const auto known = pools_.verdict();
    return !known || (known->is_modern && known->may_be_legacy);
}

bool place_finder::is_unproven(const upstream_caller& who) const {
    // Over HTTP a question comes on the stream of its call.
    const bool may_ask = options_.interactive == interactivity::automatic &&
                         options_.remote.url.empty() && who.may_be_asked && !who.method.empty();
    if (!may_ask || !questions_.is_unproven(who.method, who.tool)) return false;
    const auto known = pools_.verdict();
    return !known || known->best_for(who.speaks) == era::legacy;
}

void place_finder::begin_trial(upstream_lease& held, const upstream_caller& who,
                               bool is_unproven_now) {
    if (!is_unproven_now || held.on().session().speaks != era::legacy) return;
    held.set_unproven();
    questions_.begin(who.method, who.tool);
}

void place_finder::end_trial(const upstream_call& request, const result<upstream_answer>& answer) {
    if (answer.has_error() || questions_.has_asked()) return;
    questions_.prove(request.method, request.tool);
}

void place_finder::report(const circuit_breaker::pass& pass, const instance& on,
                          const result<upstream_answer>& answer) {
    if (!answer.has_error()) return breaker_.succeed(pass);
    // What is known to hang is being replaced: its calls say nothing new of the server.
    const bool is_known = on.session().state == upstream_state::unhealthy || pools_.is_leaving(on);
    if (is_known && !pass.is_trial) return;
    const auto code = answer.error().code;
    const bool is_gone = code == errc::connection_lost || code == errc::server_failed;
    // A process that dies fails all of its calls at once: its death counts (upstream::on_state),
    // not they.
    const bool dies_alone = pass.is_trial || !options_.remote.url.empty();
    if (code == errc::call_timed_out || (is_gone && dies_alone))
        breaker_.fail(pass, clock_type::now());
}

} // namespace mcpgw
