// SPDX-License-Identifier: Apache-2.0
// A place on an instance: one call and its retries.
#include "children/upstream/upstream.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

/// The server has not done anything about it.
bool is_unseen(const result<upstream_answer>& answer) {
    return answer.has_error() && answer.error().code == errc::session_unknown;
}

/// Raw; empty: it is none.
std::string_view error_of(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return {};
    return answer->message.error.of(answer->line);
}

bool is_header_mismatch(const result<upstream_answer>& answer) {
    const auto error = error_of(answer);
    return !error.empty() && error_code(error) == describe(errc::header_mismatch).json_rpc;
}

/// It does not speak the revision that was agreed on. Its list of those that it does tells the
/// error from one with the same code that a legacy server made up.
/// Which revisions it speaks must be said, and must not contradict that: a process is ended for it.
bool has_refused_version(const result<upstream_answer>& answer, revision spoken) {
    const auto error = error_of(answer);
    if (error.empty() || error_code(error) != describe(errc::unsupported_protocol_version).json_rpc)
        return false;
    const auto supported = find_member(find_member(error, "data"), "supported");
    if (!is_json_array(supported)) return false;
    bool names_any = false;
    element_reader versions{supported};
    while (const auto version = versions.next()) {
        if (!is_json_string(*version) || unquote_json(*version) == to_string(spoken)) return false;
        names_any = true;
    }
    return names_any;
}

} // namespace

upstream::lease::~lease() {
    if (from_ != nullptr && pass_) from_->breaker_.abandon(*pass_);
}

upstream::lease::lease(lease&& other) noexcept
    : from_(std::exchange(other.from_, nullptr))
    , pass_(std::exchange(other.pass_, std::nullopt))
    , is_unproven_(other.is_unproven_)
    , place_(std::move(other.place_))
    , link_(std::move(other.link_))
    , spoken_(other.spoken_) {}

task<result<void>> upstream::lease::bind(clock_type::time_point deadline, abort_signal& abort) {
    auto& on = place_.on();
    if (!on.is_running()) {
        const auto started = co_await on.life().ensure_running(deadline, abort);
        if (started.has_error()) co_return started.error();
    }
    if (on.roots().are_being_learnt()) co_await on.roots().wait(abort);
    if (!try_bind())
        co_return fault{errc::connection_lost,
                        fmt::format("server '{}' has just ended", from_->name())};
    co_return result<void>{};
}

/// False: the instance does not run.
bool upstream::lease::try_bind() {
    auto& on = place_.on();
    const auto& session = on.session();
    if (!on.is_running() || !session.connection || !session.spoken) return false;
    link_ = session.connection;
    spoken_ = *session.spoken;
    return true;
}

/// Within the time of the call, if that is limited.
task<result<void>> upstream::lease::bind_anew(std::optional<clock_type::time_point> call_ends,
                                              abort_signal& abort) {
    const auto start_ends = clock_type::now() + from_->options().start_wait();
    const auto deadline = std::min(start_ends, call_ends.value_or(start_ends));
    co_await place_.on().life().wait_end_of(link_, deadline, abort);
    const auto bound = co_await bind(deadline, abort);
    co_return bound;
}

/// What the outcome of a call says of the server. Whatever it answers, it works.
void upstream::lease::report(const result<upstream_answer>& answer) const {
    if (!pass_) return;
    if (!answer.has_error()) return from_->breaker_.succeed(*pass_);
    // What is known to hang is being replaced: its calls say nothing new of the server.
    const auto& on = place_.on();
    const bool is_known = on.session().state == upstream_state::unhealthy ||
                          from_->of(on.session().speaks).is_leaving(on);
    if (is_known && !pass_->is_trial) return;
    const auto code = answer.error().code;
    const bool is_gone = code == errc::connection_lost || code == errc::server_failed;
    // A process that dies fails all of its calls at once: its death counts (on_state), not they.
    const bool dies_alone = pass_->is_trial || !from_->options().remote.url.empty();
    if (code == errc::call_timed_out || (is_gone && dies_alone))
        from_->breaker_.fail(*pass_, clock_type::now());
}

task<result<upstream_answer>> upstream::lease::call(upstream_call& request,
                                                    std::shared_ptr<call_observer> observer,
                                                    abort_signal& abort) {
    request.kind = place_.kind();
    request.headers = place_.on().offers().headers_of(request);
    auto answer = co_await link_->call(request, spoken_, observer, abort);
    // A client whose own session has ended gives up its calls with the same code as one of ours.
    if (!abort.reason() && may_do_better(answer)) {
        auto better = co_await send_again(request, std::move(observer), std::move(answer), abort);
        report(better);
        if (is_unproven_) from_->end_trial(request, better);
        co_return better;
    }
    report(answer);
    if (is_unproven_) from_->end_trial(request, answer);
    co_return answer;
}

/// Another life of the connection, or other headers, may bring another answer than this one.
bool upstream::lease::may_do_better(const result<upstream_answer>& answer) const {
    return is_unseen(answer) || has_refused_version(answer, spoken_) || is_header_mismatch(answer);
}

task<result<upstream_answer>> upstream::lease::send_again(upstream_call& request,
                                                          std::shared_ptr<call_observer> observer,
                                                          result<upstream_answer> first,
                                                          abort_signal& abort) {
    if (is_unseen(first)) {
        const auto bound = co_await bind_anew(request.deadline, abort);
        if (bound.has_error()) co_return bound.error();
    } else if (has_refused_version(first, spoken_)) {
        // Another server has taken the place of the one that we knew: the next start finds out. One
        // that says so of every call must not be started for each.
        place_.on().life().end_as(
            {errc::server_failed,
             fmt::format("server '{}' no longer speaks {}, which it had agreed to", from_->name(),
                         to_string(spoken_))});
        co_return first;
    } else {
        // The tool may have other annotations by now (2026-07-28, basic/transports/streamable-http,
        // "Client Behavior").
        co_await place_.on().offers().refresh(abort);
        if (place_.on().offers().headers_of(request) == request.headers) co_return first;
    }
    request.headers = place_.on().offers().headers_of(request);
    auto second = co_await link_->call(request, spoken_, std::move(observer), abort);
    // Nothing that a client should hear of: it has a session of its own.
    if (is_unseen(second)) co_return fault{errc::connection_lost, second.error().detail};
    co_return second;
}

fault upstream::breaker_is_open() const {
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

task<result<upstream::lease>> upstream::acquire(caller who, abort_signal& abort) {
    const auto pass = breaker_.admit(clock_type::now());
    if (!pass) co_return breaker_is_open();
    auto place = co_await find_place(who, abort);
    if (!place.has_error()) {
        place->pass_ = *pass;
        co_return place;
    }
    const auto code = place.error().code;
    const bool is_its_fault = code == errc::server_failed || code == errc::call_timed_out ||
                              code == errc::connection_lost;
    // Other starts that fail are counted once, however many wait for them (on_state).
    const bool had_time = clock_type::now() < who.deadline;
    if (pass->is_trial && is_its_fault && had_time)
        breaker_.fail(*pass, clock_type::now());
    else
        breaker_.abandon(*pass);
    co_return place;
}

std::optional<result<upstream::lease>> upstream::try_acquire(const caller& who) {
    const auto known = verdict();
    if (!known || is_closed_ || (who.can_answer && may_have_more(who))) return std::nullopt;
    auto& pool = of(known->best_for(who.speaks));
    if (!pool.has_running()) return std::nullopt;
    const auto pass = breaker_.admit(clock_type::now());
    if (!pass) return breaker_is_open();
    const auto wanted = wanted_place(who, pool);
    auto place = pool.try_take(wanted);
    if (place) {
        is_stop_wanted_ = false;
        lease held{*this, std::move(*place)};
        held.pass_ = *pass;
        begin_trial(held, who, wanted.is_unproven);
        if (!held.place_.on().roots().are_being_learnt() && held.try_bind()) return held;
        return std::nullopt; // the lease gives the pass back
    }
    breaker_.abandon(*pass);
    return std::nullopt;
}

pool_request upstream::wanted_place(const caller& who, const instance_pool& pool) const {
    pool_request wanted;
    wanted.key = who.key;
    wanted.owner = who.owner;
    wanted.deadline = who.deadline;
    wanted.may_be_asked = who.may_be_asked && pool.spoken_era() == era::legacy;
    wanted.tool = who.tool;
    wanted.can_answer = who.can_answer;
    wanted.is_unproven = wanted.may_be_asked && is_unproven(who);
    return wanted;
}

bool upstream::is_unproven(const caller& who) const {
    // Over HTTP a question comes on the stream of its call.
    const bool may_ask = options_.interactive == interactivity::automatic &&
                         options_.remote.url.empty() && who.may_be_asked && !who.method.empty();
    if (!may_ask || !questions_.is_unproven(who.method, who.tool)) return false;
    const auto known = verdict();
    return !known || known->best_for(who.speaks) == era::legacy;
}

void upstream::begin_trial(lease& held, const caller& who, bool is_unproven_now) {
    held.is_unproven_ = is_unproven_now && held.place_.on().session().speaks == era::legacy;
    if (held.is_unproven_) questions_.begin(who.method, who.tool);
}

void upstream::end_trial(const upstream_call& request, const result<upstream_answer>& answer) {
    if (answer.has_error() || questions_.has_asked()) return;
    questions_.prove(request.method, request.tool);
}

/// How long a call waits for a start.
clock_type::time_point upstream::place_deadline(const caller& who) const {
    const bool waits = options_.restart.calls == rest_policy::wait;
    const bool has_limit = who.deadline != clock_type::time_point::max();
    if (waits && has_limit) return who.deadline;
    return std::min(clock_type::now() + options_.start_wait(), who.deadline);
}

task<result<upstream::lease>> upstream::find_place(caller who, abort_signal& abort) {
    const auto deadline = place_deadline(who);
    auto pool = co_await ready(who.speaks, deadline, abort);
    if (pool.has_error()) co_return pool.error();
    if (who.can_answer && may_have_more(who)) {
        co_await try_initialize(deadline);
        pool = co_await ready(who.speaks, deadline, abort);
        if (pool.has_error()) co_return pool.error();
    }
    auto place = co_await (*pool)->take(wanted_place(who, **pool), abort);
    if (place.has_error()) co_return place.error();
    lease place_held{*this, std::move(*place)};
    begin_trial(place_held, who, is_unproven(who));
    const auto bound = co_await place_held.bind(deadline, abort);
    if (bound.has_error()) co_return bound.error();
    co_return place_held;
}

task<result<upstream_answer>> upstream::call(upstream_call request,
                                             std::shared_ptr<call_observer> observer,
                                             abort_signal& abort) {
    caller who;
    who.owner = observer ? observer->owner() : 0;
    who.may_be_asked = observer != nullptr;
    who.method = request.method;
    who.tool = request.tool;
    auto place = co_await acquire(who, abort);
    if (place.has_error()) co_return place.error();
    auto answer = co_await place->call(request, std::move(observer), abort);
    co_return answer;
}

} // namespace mcpgw
