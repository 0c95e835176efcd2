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
    , legacy_(context_, options_, *this, restarts_, era::legacy)
    , eras_(options_.only_era)
    , offer_(options_)
    , watches_(
          context_.ex, options_.name, [this](abort_signal& abort) { return update_watches(abort); },
          [this] { tell_pools(); }) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
    tell_pools();
}

upstream::~upstream() = default;

// ---- instances --------------------------------------------------------------------------------

const instance_pool& upstream::primary() const {
    const auto* const legacy = legacy_.first();
    if (const auto* const known = eras_.last())
        return known->is_modern || legacy == nullptr ? modern_ : legacy_;
    // The legacy era was believed in and has just failed.
    const bool has_failed = legacy != nullptr && legacy->session().state == upstream_state::failed;
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

bool upstream::has_stale_lists(clock_type::time_point now) const {
    return std::ranges::any_of(std::array{&modern_, &legacy_}, [now](const auto* pool) {
        return pool->first() != nullptr && pool->first()->offers().are_stale(now);
    });
}

task<> upstream::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                               abort_signal& abort) {
    for (auto* const pool : {&modern_, &legacy_}) {
        const auto first = pool->hold_first();
        if (first && first.on().offers().are_stale(now))
            co_await first.on().offers().refresh_stale(now, patience, abort);
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
    watches_.close();
    changed_.notify_all();
    modern_.begin_close();
    legacy_.begin_close();
    co_await modern_.close();
    co_await legacy_.close();
    changed_.notify_all();
    co_await tasks_.wait_all();
}

// ---- what instances report --------------------------------------------------------------------

void upstream::on_state(instance& from) {
    // A belief that led nowhere is given up, so that a server that was replaced by one of the other
    // era is found out at the next start.
    const bool was_wrong =
        from.session().state == upstream_state::failed && !from.life().has_agreed();
    if (was_wrong) eras_.forget();
    // One more that cannot be started is no reason to leave those alone that work.
    const bool is_spare =
        !from.life().has_agreed() && (modern_.has_running() || legacy_.has_running());
    if (from.session().state == upstream_state::failed && !is_spare)
        breaker_.fail(clock_type::now());
    modern_.on_state(from);
    legacy_.on_state(from);
    // What it alone had has gone with it.
    if (!from.life().is_alive() && from.offers().has_read() && offer_.has_more()) merge_lists();
    changed_.notify_all();
}

void upstream::on_ready(instance& /*from*/) {
    breaker_.recover();
    if (!watches_.empty()) watch_beside();
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

std::shared_ptr<call_observer> upstream::client_of(const instance& one) {
    const auto key = of(one.session().speaks).key_of(one);
    if (key.empty() || options_.pool.share != sharing::session) return nullptr;
    return events_.client_with(key, one.session().spoken.value_or(newest_legacy));
}

void upstream::on_notification(instance& from, std::string_view line, const envelope& message) {
    // What has taken its place tells the same.
    if (of(from.session().speaks).is_leaving(from)) return;
    events_.on_notification(*this, line, message);
}

void upstream::on_lists(instance& from) {
    auto& pool = of(from.session().speaks);
    pool.note_lists();
    if (pool.is_lister(from)) {
        offer_.take(from);
        if (from.session().speaks == era::legacy) questions_.meet(from.session().server_info);
    }
    merge_lists();
}

void upstream::merge_lists() {
    modern_.note_lists();
    legacy_.note_lists();
    offer_.merge(primary().other_lists());
    events_.on_lists_changed(*this);
}

void upstream::on_verdict(instance& /*from*/, const era_verdict& eras) {
    eras_.learn(eras, clock_type::now());
    tell_pools();
}

bool upstream::move_to(instance& from, era spoken) {
    const bool is_moved = of(spoken).adopt(of(from.session().speaks), from);
    if (is_moved) tell_pools();
    return is_moved;
}

// ---- wishes of clients ------------------------------------------------------------------------

void upstream::want_logs() {
    modern_.want_logs();
    legacy_.want_logs();
}

task<result<void>> upstream::watch(std::string uri, abort_signal& abort) {
    return watches_.add(std::move(uri), abort);
}

task<> upstream::unwatch(std::string uri) {
    if (!watches_.release(uri)) co_return;
    // Nothing is started for that.
    watch_beside();
    if (const auto first = primary().hold_first())
        co_await first.on().changes().watch(watches_.uris());
}

/// A server that has a process in the other era, too, tells there of what is done there.
void upstream::watch_beside() {
    const bool is_for_all = options_.pool.share == sharing::shared; // else it is somebody's own
    if (!is_for_all || is_watching_beside_) return;                 // it looks again
    is_watching_beside_ = true;
    if (!tasks_.spawn(keep_beside())) is_watching_beside_ = false;
}

task<> upstream::keep_beside() {
    const on_scope_exit finish{[this] {
        is_watching_beside_ = false;
    }};
    std::set<std::string> told;
    for (auto wanted = watches_.uris(); !is_closed_ && wanted != told; wanted = watches_.uris()) {
        told = wanted;
        auto& other = &primary() == &modern_ ? legacy_ : modern_;
        const auto first = other.hold_first();
        // What it refuses is the answer of the first one: nobody waits for this.
        if (first) co_await first.on().changes().watch(std::move(wanted));
    }
}

/// One instance of each era hears of changes for all clients: the one whose lists are offered, and
/// where there is another, which counts for nothing but its news, that.
task<result<void>> upstream::update_watches(abort_signal& abort) {
    const auto deadline = clock_type::now() + options_.start_wait();
    const auto started = co_await ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    const auto lister = (*started)->hold_lister();
    const auto outcome = co_await lister.on().changes().watch(watches_.uris());
    watch_beside();
    co_return outcome;
}

// ---- what is remembered ------------------------------------------------------------------------

void upstream::recall(remembered_schema schema) {
    offer_.recall(std::move(schema.lists), {schema.spoken, std::move(schema.server_info)});
    questions_ = std::move(schema.questions);
    if (schema.eras) eras_.recall(*schema.eras, clock_type::now());
    tell_pools();
}

std::optional<remembered_schema> upstream::schema() const {
    const auto* const first = primary().first();
    if (is_recalled() || first == nullptr || !first->session().spoken ||
        !first->offers().problem().empty())
        return std::nullopt;
    remembered_schema schema{
        offer_.first(), *first->session().spoken, first->session().server_info, questions_, {}};
    schema.eras = eras_.to_remember();
    return schema;
}

// ---- status -----------------------------------------------------------------------------------

std::optional<revision> upstream::spoken() const {
    const auto* const first = is_recalled() ? nullptr : primary().first();
    if (first != nullptr && first->session().spoken) return first->session().spoken;
    return offer_.who() ? std::optional{offer_.who()->spoken} : std::nullopt;
}

std::string_view upstream::server_info() const {
    const auto* const first = is_recalled() ? nullptr : primary().first();
    if (first != nullptr && first->session().spoken) return first->session().server_info;
    return offer_.who() ? std::string_view{offer_.who()->server_info} : std::string_view{};
}

upstream_state upstream::state() const {
    if (!options_.defect.empty()) return upstream_state::failed;
    const auto* const first = primary().first();
    // Without one it ran for somebody who is gone.
    const bool has_ended = first == nullptr && offer_.who() && !is_recalled();
    const auto state = first != nullptr ? first->session().state
                       : has_ended      ? upstream_state::stopped
                                        : upstream_state::not_started;
    const bool is_on_its_way = is_keeping_ && state == upstream_state::not_started;
    return is_on_its_way ? upstream_state::starting : state;
}

bool upstream::is_worth_listing() const {
    if (!lists().capabilities.empty()) return false;
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
        const auto& connection = of.who->session().connection;
        status.restarts += of.who->life().starts() > 0 ? of.who->life().starts() - 1 : 0;
        if (!connection || connection->has_ended()) return;
        ++status.instances;
        if (status.pid == 0) status.pid = connection->pid();
        status.calls_in_flight += connection->calls_in_flight();
        status.garbage_lines += connection->garbage_lines();
        status.each.push_back({of.who->session().state, of.is_leaving, connection->pid(),
                               of.who->session().spoken, of.calls, of.who->health().checks(),
                               of.who->health().misses()});
    };
    modern_.for_each(add);
    legacy_.for_each(add);
    return status;
}

/// What the instance that speaks for the others shows.
void upstream::describe_first(upstream_status& status) const {
    const auto* const first = primary().first();
    if (first == nullptr) return;
    if (first->session().state == upstream_state::unhealthy)
        status.last_error = first->life().last_fault().message();
    if (!first->offers().problem().empty()) status.last_error = first->offers().problem();
    status.stderr_lines = first->last_words().lines();
    if (first->is_running())
        status.uptime = std::chrono::duration_cast<std::chrono::seconds>(
            clock_type::now() - first->life().running_since());
}

} // namespace mcpgw
