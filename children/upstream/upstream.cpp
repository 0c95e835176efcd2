// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t upstream_tasks_max = 64;
constexpr std::chrono::minutes guess_time{10};      // what the refusal of a moment suggests
constexpr std::chrono::minutes kept_start_time{10}; // for one start of a kept server
constexpr std::chrono::seconds look_again{30};      // when nothing tells of a change
constexpr int eras_tried_max = 3; // the probe, the other era, and once more where it was wrong
constexpr std::chrono::milliseconds kept_pause{100}; // between starts of a kept server, at least

} // namespace

upstream::upstream(child_context context, child_options options, upstream_events& events)
    : context_(std::move(context))
    , options_(std::move(options))
    , events_(events)
    , tasks_(context_.ex, upstream_tasks_max)
    , changed_(context_.ex)
    , breaker_(options_.breaker)
    , retries_(options_.retry.budget)
    , restarts_(options_.restart, std::random_device{}())
    , modern_(context_, options_, *this, restarts_, era::modern)
    , legacy_(context_, options_, *this, restarts_, era::legacy) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
    if (options_.only_era)
        verdict_ = dated_verdict{{.is_modern = *options_.only_era == era::modern,
                                  .is_legacy = *options_.only_era == era::legacy},
                                 clock_type::time_point::max()};
    tell_pools();
}

upstream::~upstream() = default;

// ---- instances --------------------------------------------------------------------------------

const instance_pool& upstream::primary() const {
    const auto* const legacy = legacy_.first();
    if (verdict_) return verdict_->eras.is_modern || legacy == nullptr ? modern_ : legacy_;
    // The legacy era was believed in and has just failed.
    const bool has_failed = legacy != nullptr && legacy->state() == upstream_state::failed;
    return has_failed && !modern_.is_alive() ? legacy_ : modern_;
}

instance_pool& upstream::primary() {
    return const_cast<instance_pool&>(std::as_const(*this).primary());
}

/// What the pools must know of the whole.
void upstream::tell_pools() {
    legacy_.set_interactive(is_interactive());
    const bool is_for_good = options_.start == start_policy::keep_alive;
    for (auto* const pool : {&modern_, &legacy_}) {
        const bool is_first = pool == &primary();
        pool->set_kept(is_for_good || (is_first && is_wanted()));
    }
}

std::optional<era_verdict> upstream::verdict() const {
    if (!verdict_) return std::nullopt;
    // "Legacy" never corrects itself while it is believed, so it is believed for a day.
    const bool is_stale = !verdict_->eras.is_modern &&
                          verdict_->at != clock_type::time_point::max() &&
                          clock_type::now() - verdict_->at >
                              (verdict_->eras.is_guess ? guess_time : legacy_verdict_time);
    if (is_stale && !legacy_.is_alive()) return std::nullopt;
    return verdict_->eras;
}

fault upstream::defect() const {
    return {errc::server_failed,
            fmt::format("server '{}' is not started: {}", options_.name, options_.defect)};
}

task<result<instance_pool*>> upstream::ready(era wanted, clock_type::time_point deadline,
                                             abort_signal& abort) {
    if (!options_.defect.empty()) co_return defect();
    is_stop_wanted_ = false;
    result<void> started;
    std::string first_words; // what it said to server/discover, if that proved nothing
    for (int tried = 0; tried < eras_tried_max && !is_closed_; ++tried) {
        const auto known = verdict();
        auto& pool = of(known ? known->best_for(wanted) : era::modern);
        pool.resume();
        if (!pool.has_running()) {
            const auto chosen = pool.hold_lister();
            chosen.on().trust_era(known.has_value());
            started = co_await chosen.on().ensure_running(deadline, abort);
        }
        if (!started.has_error()) {
            tell_pools();
            keep_if_wanted();
            // One that found out on the way that it speaks the other era is in the other pool.
            auto& other = &pool == &modern_ ? legacy_ : modern_;
            co_return pool.has_running() || !other.has_running() ? &pool : &other;
        }
        if (abort.reason()) break;
        const bool is_other_era = started.error().code == errc::method_not_found;
        // The instance was closed, and not the server: another one has taken its place.
        const bool is_replaced = started.error().code == errc::gateway_stopping;
        if (!is_other_era && !is_replaced) break;
        if (is_other_era && verdict_ && verdict_->eras.is_guess)
            first_words = started.error().message();
        started = result<void>{};
    }
    if (is_closed_)
        co_return fault{errc::gateway_stopping,
                        fmt::format("server '{}' has been shut down", options_.name)};
    if (!started.has_error())
        co_return fault{
            errc::server_failed,
            fmt::format("server '{}' speaks neither era of the protocol", options_.name)};
    auto reason = started.error();
    if (!first_words.empty() && first_words != reason.message())
        reason.detail = fmt::format("{} (server/discover before that: {}; `era` names the era of a "
                                    "server that is known)",
                                    reason.message(), first_words);
    co_return reason;
}

task<result<void>> upstream::ensure_running(clock_type::time_point deadline, abort_signal& abort) {
    if (primary().has_running()) co_return result<void>{};
    const auto started = co_await ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    co_return result<void>{};
}

task<result<void>> upstream::ensure_running(clock_type::time_point deadline) {
    abort_signal never;
    const auto started = co_await ensure_running(deadline, never);
    co_return started;
}

bool upstream::has_stale_lists(clock_type::time_point now) const {
    return std::ranges::any_of(std::array{&modern_, &legacy_}, [now](const auto* pool) {
        return pool->first() != nullptr && pool->first()->has_stale_lists(now);
    });
}

task<> upstream::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                               abort_signal& abort) {
    for (auto* const pool : {&modern_, &legacy_}) {
        const auto first = pool->hold_first();
        if (first && first.on().has_stale_lists(now))
            co_await first.on().refresh_stale(now, patience, abort);
    }
}

void upstream::end_key(std::string_view key) {
    modern_.end_key(key);
    legacy_.end_key(key);
}

task<> upstream::stop() {
    abort_signal never;
    co_await stop(never);
}

task<> upstream::stop(abort_signal& abort) {
    is_stop_wanted_ = true;
    restarts_.reset(); // whoever stops it by hand may start it again at once
    modern_.begin_stop();
    legacy_.begin_stop();
    co_await modern_.stop(abort);
    co_await legacy_.stop(abort);
}

task<> upstream::close() {
    is_closed_ = true;
    is_kept_ = false;
    watched_.clear();
    changed_.notify_all();
    modern_.begin_close();
    legacy_.begin_close();
    co_await modern_.close();
    co_await legacy_.close();
    changed_.notify_all();
    co_await tasks_.wait_all();
}

void upstream::keep_running() {
    is_kept_ = true;
    tell_pools();
    keep_if_wanted();
}

void upstream::keep_if_wanted() {
    if (!is_wanted() || is_keeping_ || is_closed_ || !options_.defect.empty()) return;
    auto work = keep(); // first: where there is no memory for it, no flag may stay set
    is_keeping_ = true; // it may end before spawn() returns
    if (!tasks_.spawn(std::move(work))) is_keeping_ = false;
}

task<> upstream::keep() {
    const on_scope_exit finish{[this] {
        is_keeping_ = false;
    }};
    abort_signal never;
    is_stop_wanted_ = false;
    while (is_wanted() && !is_stop_wanted_ && !is_closed_) {
        auto until = clock_type::now() + look_again;
        if (!primary().has_running()) {
            const auto started =
                co_await ready(era::modern, clock_type::now() + kept_start_time, never);
            if (!started.has_error()) continue;
            until = std::max(restarts_.retry_at(), clock_type::now() + kept_pause);
        }
        if (is_stop_wanted_ || is_closed_) break;
        co_await changed_.wait_until(until);
    }
}

// ---- what instances report --------------------------------------------------------------------

void upstream::on_state(instance& from) {
    // A belief that led nowhere is given up, so that a server that was replaced by one of the other
    // era is found out at the next start.
    const bool was_wrong = from.state() == upstream_state::failed && !from.has_agreed();
    if (was_wrong && !options_.only_era) verdict_.reset();
    // One more that cannot be started is no reason to leave those alone that work.
    const bool is_spare = !from.has_agreed() && (modern_.has_running() || legacy_.has_running());
    if (from.state() == upstream_state::failed && !is_spare) breaker_.fail(clock_type::now());
    modern_.on_state(from);
    legacy_.on_state(from);
    // What it alone had has gone with it.
    if (!from.is_alive() && from.has_read_lists() && lists_ != first_lists_) merge_lists();
    changed_.notify_all();
}

void upstream::on_ready(instance& /*from*/) {
    breaker_.recover();
    if (!watched_.empty()) watch_beside();
    changed_.notify_all();
}

void upstream::on_question(instance& /*from*/) {
    if (!questions_.on_question()) return;
    tell_pools();
    events_.on_lists_changed(*this); // it is worth to be remembered
    if (options_.interactive != interactivity::automatic || !options_.remote.url.empty()) return;
    context_.log->info("server '{}' asks its clients: from now on each of its processes gets one "
                       "client's calls at a time, and further ones are started as needed "
                       "(instances.max)",
                       options_.name);
}

bool upstream::is_interactive() const {
    // Over HTTP a question comes on the stream of its call.
    if (!options_.remote.url.empty()) return false;
    if (options_.interactive == interactivity::automatic) return questions_.has_asked();
    return options_.interactive == interactivity::yes;
}

void upstream::on_notification(instance& from, std::string_view line, const envelope& message) {
    // What has taken its place tells the same.
    if (of(from.spoken_era()).is_leaving(from)) return;
    events_.on_notification(*this, line, message);
}

// ---- wishes of clients ------------------------------------------------------------------------

void upstream::want_logs() {
    modern_.want_logs();
    legacy_.want_logs();
}

// ---- status -----------------------------------------------------------------------------------

std::optional<revision> upstream::spoken() const {
    const auto* const first = is_recalled_ ? nullptr : primary().first();
    if (first != nullptr && first->spoken()) return first->spoken();
    return known_ ? std::optional{known_->spoken} : std::nullopt;
}

std::string_view upstream::server_info() const {
    const auto* const first = is_recalled_ ? nullptr : primary().first();
    if (first != nullptr && first->spoken()) return first->server_info();
    return known_ ? std::string_view{known_->server_info} : std::string_view{};
}

upstream_state upstream::state() const {
    if (!options_.defect.empty()) return upstream_state::failed;
    const auto* const first = primary().first();
    // Without one it ran for somebody who is gone.
    const bool has_ended = first == nullptr && known_ && !is_recalled_;
    const auto state = first != nullptr ? first->state()
                       : has_ended      ? upstream_state::stopped
                                        : upstream_state::not_started;
    const bool is_on_its_way = is_keeping_ && state == upstream_state::not_started;
    return is_on_its_way ? upstream_state::starting : state;
}

bool upstream::is_worth_listing() const {
    if (!lists_->capabilities.empty()) return false;
    const auto now = state();
    return now == upstream_state::not_started || now == upstream_state::starting;
}

upstream_status upstream::status() const {
    const auto now = clock_type::now();
    upstream_status status;
    status.state = state();
    status.breaker = breaker_.state(now);
    status.retry_in = breaker_.retry_in(now);
    status.has_given_up = restarts_.has_given_up();
    status.last_error = options_.defect.empty() ? restarts_.reason() : options_.defect;
    status.spoken = spoken();
    status.server_info = server_info();
    describe_first(status);
    const bool rests = status.state == upstream_state::failed && restarts_.is_resting(now);
    if (rests)
        status.retry_in =
            std::max(status.retry_in,
                     std::chrono::ceil<std::chrono::milliseconds>(restarts_.retry_at() - now));
    const auto add = [&status](const instance_pool::member_status& of) {
        const auto& connection = of.who->connection();
        status.restarts += of.who->starts() > 0 ? of.who->starts() - 1 : 0;
        if (!connection || connection->has_ended()) return;
        ++status.instances;
        if (status.pid == 0) status.pid = connection->pid();
        status.calls_in_flight += connection->calls_in_flight();
        status.garbage_lines += connection->garbage_lines();
        status.each.push_back({of.who->state(), of.is_leaving, connection->pid(), of.who->spoken(),
                               of.calls, of.who->health_checks(), of.who->health_misses()});
    };
    modern_.for_each(add);
    legacy_.for_each(add);
    return status;
}

/// What the instance that speaks for the others shows.
void upstream::describe_first(upstream_status& status) const {
    const auto* const first = primary().first();
    if (first == nullptr) return;
    if (first->state() == upstream_state::unhealthy)
        status.last_error = first->last_fault().message();
    if (!first->list_problem().empty()) status.last_error = first->list_problem();
    status.stderr_lines = first->last_words().lines();
    if (first->is_running())
        status.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_type::now() -
                                                                         first->running_since());
}

} // namespace mcpgw
