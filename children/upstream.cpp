#include "children/upstream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t upstream_tasks_max = 64;
constexpr std::chrono::hours legacy_verdict_time{24}; // a server may learn the modern era
constexpr std::chrono::minutes kept_start_time{10};   // for one start of a kept server
constexpr std::chrono::seconds look_again{30};        // when nothing tells of a change
constexpr int eras_tried_max = 3; // the probe, the other era, and once more where it was wrong

} // namespace

upstream::upstream(child_context context, child_options options, upstream_events& events)
    : context_(std::move(context))
    , options_(std::move(options))
    , events_(events)
    , tasks_(context_.ex, upstream_tasks_max)
    , changed_(context_.ex)
    , breaker_(options_.breaker)
    , retries_(options_.retry.budget) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
    if (options_.only_era)
        verdict_ = dated_verdict{{.is_modern = *options_.only_era == era::modern,
                                  .is_legacy = *options_.only_era == era::legacy},
                                 clock_type::time_point::max()};
}

upstream::~upstream() = default;

// ---- instances --------------------------------------------------------------------------------

upstream::seat& upstream::add_seat() {
    legacy_.push_back(std::make_unique<seat>());
    instance::owner& above = *this;
    legacy_.back()->who = std::make_unique<instance>(context_, options_, above, era::legacy);
    if (wants_logs_) legacy_.back()->who->want_logs();
    return *legacy_.back();
}

instance& upstream::of(era e) {
    if (e == era::legacy) return *(legacy_.empty() ? add_seat() : *legacy_.front()).who;
    if (!modern_) {
        instance::owner& above = *this;
        modern_ = std::make_unique<instance>(context_, options_, above, era::modern);
        modern_->offer_lists();
    }
    return *modern_;
}

const instance* upstream::primary() const {
    const auto* const first = legacy_.empty() ? nullptr : legacy_.front()->who.get();
    if (verdict_) return verdict_->eras.is_modern || first == nullptr ? modern_.get() : first;
    // The legacy era was believed in and has just failed.
    const bool has_failed = first != nullptr && first->state() == upstream_state::failed;
    return has_failed && !(modern_ && modern_->is_alive()) ? first : modern_.get();
}

instance* upstream::primary() {
    return const_cast<instance*>(std::as_const(*this).primary());
}

template <class Visit>
void upstream::for_each_instance(Visit visit) const {
    if (modern_) visit(*modern_);
    for (const auto& place : legacy_) visit(*place->who);
}

std::optional<era_verdict> upstream::verdict() const {
    if (!verdict_) return std::nullopt;
    // "Legacy" never corrects itself while it is believed, so it is believed for a day.
    const bool is_stale = !verdict_->eras.is_modern &&
                          verdict_->at != clock_type::time_point::max() &&
                          clock_type::now() - verdict_->at > legacy_verdict_time;
    if (is_stale && (legacy_.empty() || !legacy_.front()->who->is_alive())) return std::nullopt;
    return verdict_->eras;
}

task<result<instance*>> upstream::ready(era wanted, clock_type::time_point deadline) {
    is_stop_wanted_ = false;
    result<void> started;
    for (int tried = 0; tried < eras_tried_max && !is_closed_; ++tried) {
        const auto known = verdict();
        if (!known && !legacy_.empty()) {
            // The era that was believed in failed: its back-off counts for the probe too.
            started = co_await legacy_.front()->who->wait_back_off(deadline);
            if (started.has_error()) co_return started.error();
        }
        const bool is_modern =
            known ? (known->speaks(wanted) ? wanted == era::modern : known->is_modern) : true;
        auto& chosen = of(is_modern ? era::modern : era::legacy);
        if (known && !known->is_modern) chosen.offer_lists();
        chosen.trust_era(known.has_value());
        started = co_await chosen.ensure_running(deadline);
        if (!started.has_error()) {
            keep_if_wanted();
            co_return &chosen;
        }
        const bool is_other_era = started.error().code == errc::method_not_found;
        if (!is_other_era) break;
    }
    if (is_closed_)
        co_return fault{errc::gateway_stopping,
                        fmt::format("server '{}' has been shut down", options_.name)};
    co_return started.error();
}

task<result<void>> upstream::ensure_running(clock_type::time_point deadline) {
    const auto* const first = primary();
    if (first != nullptr && first->is_running()) co_return result<void>{};
    const auto started = co_await ready(era::modern, deadline);
    if (started.has_error()) co_return started.error();
    co_return result<void>{};
}

bool upstream::has_stale_lists(clock_type::time_point now) const {
    const auto* const first = primary();
    return first != nullptr && first->has_stale_lists(now);
}

task<> upstream::refresh_stale(clock_type::time_point now, clock_type::time_point deadline) {
    if (auto* const first = primary()) co_await first->refresh_stale(now, deadline);
}

task<> upstream::stop() {
    is_stop_wanted_ = true;
    for_each_instance([](instance& one) { one.begin_stop(); });
    if (modern_) co_await modern_->stop();
    for (std::size_t i = 0; i < legacy_.size(); ++i) co_await legacy_[i]->who->stop();
}

task<> upstream::close_one(instance& one) {
    co_await one.close();
    changed_.notify_all();
}

task<> upstream::close() {
    is_closed_ = true;
    is_kept_ = false;
    watched_.clear();
    changed_.notify_all();
    for_each_instance([](instance& one) { one.begin_stop(); });
    if (modern_) co_await close_one(*modern_);
    for (std::size_t i = 0; i < legacy_.size(); ++i) co_await close_one(*legacy_[i]->who);
    co_await tasks_.wait_all();
}

void upstream::keep_running() {
    is_kept_ = true;
    keep_if_wanted();
}

void upstream::keep_if_wanted() {
    if (!is_wanted() || is_keeping_ || is_closed_) return;
    is_keeping_ = true; // before: the coroutine may end before spawn() returns
    if (!tasks_.spawn(keep())) is_keeping_ = false;
}

task<> upstream::keep() {
    is_stop_wanted_ = false;
    while (is_wanted() && !is_stop_wanted_ && !is_closed_) {
        const auto* const first = primary();
        auto until = clock_type::now() + look_again;
        if (first == nullptr || !first->is_running()) {
            const auto started = co_await ready(era::modern, clock_type::now() + kept_start_time);
            if (!started.has_error()) continue;
            for_each_instance([&until](const instance& one) {
                if (one.state() == upstream_state::failed) until = std::min(until, one.retry_at());
            });
            if (until <= clock_type::now()) continue;
        }
        if (is_stop_wanted_ || is_closed_) break;
        co_await changed_.wait_until(until);
    }
    is_keeping_ = false;
}

// ---- what instances report --------------------------------------------------------------------

void upstream::on_state(instance& from) {
    // A belief that led nowhere is given up, so that a server that was replaced by one of the other
    // era is found out at the next start.
    const bool was_wrong = from.state() == upstream_state::failed && !from.has_agreed();
    if (was_wrong && !options_.only_era) verdict_.reset();
    if (from.state() == upstream_state::failed) {
        last_failure_ = from.last_fault().message();
        breaker_.fail(clock_type::now());
    }
    changed_.notify_all();
}

void upstream::on_verdict(instance& /*from*/, const era_verdict& eras) {
    if (options_.only_era) return;
    verdict_ = dated_verdict{eras, clock_type::now()};
}

void upstream::on_ready(instance& /*from*/) {
    breaker_.recover();
    changed_.notify_all();
}

void upstream::on_lists(instance& from) {
    lists_ = from.lists();
    events_.on_lists_changed(*this);
}

void upstream::on_question(instance& /*from*/) {
    if (std::exchange(has_asked_, true)) return;
    if (options_.interactive != interactivity::automatic || !options_.remote.url.empty()) return;
    context_.log->info("server '{}' asks its clients: from now on it gets one client's calls at a "
                       "time for each of its processes, at most {} of them",
                       options_.name, options_.limits.instances_max);
}

void upstream::on_notification(instance& /*from*/, std::string_view line, const envelope& message) {
    events_.on_notification(*this, line, message);
}

// ---- wishes of clients ------------------------------------------------------------------------

void upstream::want_logs() {
    wants_logs_ = true;
    for_each_instance([](instance& one) { one.want_logs(); });
}

task<result<void>> upstream::watch(std::string uri) {
    if (++watched_[uri] > 1) co_return result<void>{};
    const auto outcome = co_await update_watches();
    if (!outcome.has_error()) co_return outcome;
    if (const auto entry = watched_.find(uri); entry != watched_.end() && --entry->second == 0)
        watched_.erase(entry);
    co_return outcome;
}

task<> upstream::unwatch(std::string uri) {
    const auto entry = watched_.find(uri);
    if (entry == watched_.end() || --entry->second > 0) co_return;
    watched_.erase(entry);
    co_await update_watches();
}

/// One instance hears of changes for all clients: the one whose lists are offered.
task<result<void>> upstream::update_watches() {
    const auto started = co_await ready(era::modern, clock_type::now() + options_.start_timeout);
    if (started.has_error()) co_return started.error();
    std::set<std::string> uris;
    for (const auto& [uri, count] : watched_) uris.insert(uri);
    const auto outcome = co_await (*started)->watch(std::move(uris));
    co_return outcome;
}

// ---- status -----------------------------------------------------------------------------------

std::optional<revision> upstream::spoken() const {
    const auto* const first = primary();
    return first == nullptr ? std::nullopt : first->spoken();
}

std::string_view upstream::server_info() const {
    const auto* const first = primary();
    return first == nullptr ? std::string_view{} : std::string_view{first->server_info()};
}

upstream_status upstream::status() const {
    upstream_status status;
    status.breaker = breaker_.state(clock_type::now());
    status.retry_in = breaker_.retry_in(clock_type::now());
    const auto* const first = primary();
    if (first == nullptr) {
        if (is_keeping_) status.state = upstream_state::starting;
        return status;
    }
    status.state = first->state();
    if (is_keeping_ && status.state == upstream_state::not_started)
        status.state = upstream_state::starting;
    const auto& list_problem = first->list_problem();
    status.last_error = list_problem.empty() ? last_failure_ : list_problem;
    status.stderr_lines = first->last_words().lines();
    status.spoken = first->spoken();
    status.server_info = first->server_info();
    if (first->is_running())
        status.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_type::now() -
                                                                         first->running_since());
    status.restarts = first->starts() > 0 ? first->starts() - 1 : 0;
    for_each_instance([&status](const instance& one) {
        const auto& connection = one.connection();
        if (!connection || connection->has_ended()) return;
        ++status.instances;
        if (status.pid == 0) status.pid = connection->pid();
        status.calls_in_flight += connection->calls_in_flight();
        status.garbage_lines += connection->garbage_lines();
    });
    return status;
}

} // namespace mcpgw
