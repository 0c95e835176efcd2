// SPDX-License-Identifier: Apache-2.0
#include "children/pool/pool_upkeep.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t pool_tasks_max = 4096; // starts and ends of instances

} // namespace

pool_upkeep::pool_upkeep(const child_context& context, const child_options& options,
                         const restart_policy& restarts, pool_members& members, pool_view& view,
                         const waiting_line& line, async_condition& freed)
    : context_(context)
    , options_(options)
    , restarts_(restarts)
    , members_(members)
    , view_(view)
    , line_(line)
    , freed_(freed)
    , tasks_(context.ex, pool_tasks_max)
    , changed_(context.ex) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

// ---- what happens -----------------------------------------------------------------------------

void pool_upkeep::on_given_back(pool_entry& from) {
    if (!line_.empty()) freed_.notify_all();
    if (from.leases > 0) return;
    from.idle_since = clock_type::now();
    // Whatever else may be due by then is due at a time that is known already. One that was never
    // started (its call was given up) must not count as one of them for long.
    const bool is_off = !from.who->life().is_alive() && !from.is_lister;
    const bool is_spent = options_.pool.share == sharing::call || from.key == once_key;
    if (from.is_leaving || is_off || is_spent) look();
}

void pool_upkeep::on_state(const instance& one) {
    if (auto* const m = members_.find(one)) {
        if (m->leases == 0) m->idle_since = clock_type::now();
        if (m->leases == 0 &&
            !one.life().is_alive()) { // what it knew of its client has ended with it
            m->is_used = false;
            m->key.clear();
        }
    }
    freed_.notify_all();
    look();
}

void pool_upkeep::set_kept(bool is_kept) {
    if (std::exchange(is_kept_, is_kept) != is_kept) look();
}

void pool_upkeep::end_key(std::string_view key) {
    for (const auto& m : members_.all())
        if (!key.empty() && m->key == key && !m->is_leaving) members_.leave(*m);
    look();
}

// ---- what is due ------------------------------------------------------------------------------

bool pool_upkeep::has_work() const {
    return !members_.ending().empty() || std::ranges::any_of(members_.all(), [](const auto& m) {
        return m->is_leaving || !m->is_lister || m->who->life().is_alive();
    });
}

void pool_upkeep::look() {
    changed_.notify_all();
    if (is_looking_after_ || is_closed_ || !has_work()) return;
    auto work = look_after(); // first: where there is no memory for it, no flag may stay set
    is_looking_after_ = true; // it may end before spawn() returns
    if (!tasks_.spawn(std::move(work))) is_looking_after_ = false;
}

task<> pool_upkeep::look_after() {
    const on_scope_exit finish{[this] {
        is_looking_after_ = false;
    }};
    while (!is_closed_) {
        members_.forget_ended();
        if (!has_work()) break;
        const auto now = clock_type::now();
        const auto plan = plan_pool(options_.pool, wishes(now), view_.make(), now);
        carry_out(plan.steps);
        // Even after a step others come first: one that changes nothing must not hold them up.
        const auto look_at = plan.steps.empty() ? plan.look_at : now;
        co_await changed_.wait_until(look_at);
    }
}

pool_wishes pool_upkeep::wishes(clock_type::time_point now) const {
    pool_wishes wanted;
    wanted.is_kept = is_kept_ && !is_stop_wanted_;
    wanted.may_start = !is_stop_wanted_ && !restarts_.is_resting(now);
    wanted.may_start_at = is_stop_wanted_ ? clock_type::time_point::max() : restarts_.retry_at();
    wanted.members_max = members_.count_max();
    return wanted;
}

/// The steps name members by their places in the view, so these are looked up before any changes.
void pool_upkeep::carry_out(const std::vector<pool_step>& steps) {
    const auto& members = members_.all();
    std::vector<pool_entry*> meant;
    meant.reserve(steps.size());
    for (const auto& step : steps)
        meant.push_back(step.member < members.size() ? members[step.member].get() : nullptr);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        switch (steps[i].what) {
        case pool_step::action::close:
            begin_closing(*meant[i]);
            break;
        case pool_step::action::stop:
            context_.log->info("server '{}' is stopped until it is needed", options_.name);
            meant[i]->who->life().begin_stop();
            break;
        case pool_step::action::leave:
            members_.leave(*meant[i]); // its calls have time to end
            break;
        case pool_step::action::replace:
            begin_replacing(*meant[i]);
            break;
        case pool_step::action::start:
            begin_start(meant[i] != nullptr ? *meant[i] : members_.add());
            break;
        }
    }
}

void pool_upkeep::begin_replacing(pool_entry& old) {
    const bool is_sick = old.who->session().state == upstream_state::unhealthy;
    context_.log->info("server '{}': an instance that {} is replaced; calls on it: {}",
                       options_.name, is_sick ? "does not answer" : "has run long enough",
                       old.calls);
    begin_start(members_.add_successor(old));
}

void pool_upkeep::begin_start(pool_entry& one) {
    instance_place held{*this, one, instance_place::use::hold};
    tasks_.spawn(start_ahead(std::move(held)));
}

/// Whoever needs it waits for the same start; what comes of it is seen by on_state(). It is held,
/// since it may be given up and forgotten meanwhile.
task<> pool_upkeep::start_ahead(instance_place held) {
    abort_signal never;
    co_await held.on().life().ensure_running(clock_type::now() + options_.start_wait(), never);
}

void pool_upkeep::begin_closing(pool_entry& one) {
    members_.retire(one);
    tasks_.spawn(close_member(one));
    freed_.notify_all(); // there is room for another one
}

task<> pool_upkeep::close_member(pool_entry& one) {
    co_await one.who->life().close();
    one.has_closed = true;
    look();
}

// ---- ends -------------------------------------------------------------------------------------

void pool_upkeep::begin_stop() {
    is_stop_wanted_ = true;
    for (const auto& m : members_.all()) m->who->life().begin_stop();
}

/// Members come and go while this waits, and may be forgotten: each is looked up anew by its number
/// after every wait.
task<> pool_upkeep::stop(abort_signal& abort) {
    begin_stop();
    std::vector<std::uint64_t> stopping;
    for (const auto& m : members_.all()) stopping.push_back(m->number);
    const auto is_alive = [this](std::uint64_t number) {
        return std::ranges::any_of(members_.all(), [number](const auto& m) {
            return m->number == number && m->who->life().is_alive();
        });
    };
    while (!is_closed_ && is_stop_wanted_ && !abort.reason() &&
           std::ranges::any_of(stopping, is_alive))
        co_await changed_.wait_until(clock_type::time_point::max(), abort);
}

void pool_upkeep::begin_close() {
    is_closed_ = true;
    is_stop_wanted_ = true;
    for (const auto& m : members_.all()) m->who->life().begin_close();
    freed_.notify_all();
    changed_.notify_all();
}

task<> pool_upkeep::close() {
    begin_close();
    const auto& members = members_.all();
    std::vector<std::uint64_t> closing;
    for (const auto& m : members) closing.push_back(m->number);
    for (const auto number : closing) {
        const auto found =
            std::ranges::find(members, number, [](const auto& m) { return m->number; });
        if (found == members.end()) continue;
        const instance_place held{*this, **found, instance_place::use::hold};
        co_await held.on().life().close();
    }
    freed_.notify_all();
    changed_.notify_all();
    co_await tasks_.wait_all();
}

} // namespace mcpgw
