// SPDX-License-Identifier: Apache-2.0
// How many instances there are, and how one makes room for another.
#include "children/pool/instance_pool.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

void instance_pool::set_kept(bool is_kept) {
    if (std::exchange(is_kept_, is_kept) != is_kept) look();
}

void instance_pool::on_state(const instance& one) {
    const auto found =
        std::ranges::find_if(members_, [&one](const auto& m) { return m->who.get() == &one; });
    if (found != members_.end()) {
        auto& m = **found;
        if (m.leases == 0) m.idle_since = clock_type::now();
        if (m.leases == 0 &&
            !one.life().is_alive()) { // what it knew of its client has ended with it
            m.is_used = false;
            m.key.clear();
        }
    }
    freed_.notify_all();
    look();
}

void instance_pool::end_key(std::string_view key) {
    for (const auto& m : members_)
        if (!key.empty() && m->key == key && !m->is_leaving) leave(*m);
    look();
}

std::string_view instance_pool::key_of(const instance& one) const {
    for (const auto* const group : {&members_, &ending_})
        for (const auto& m : *group)
            if (m->who.get() == &one) return m->key;
    return {};
}

void instance_pool::renew_roots(std::string_view key) {
    for (const auto& m : members_)
        if (!key.empty() && m->key == key) m->who->roots().renew();
}

bool instance_pool::has_work() const {
    return !ending_.empty() || std::ranges::any_of(members_, [](const auto& m) {
        return m->is_leaving || !m->is_lister || m->who->life().is_alive();
    });
}

void instance_pool::look() {
    changed_.notify_all();
    if (is_looking_after_ || is_closed_ || !has_work()) return;
    auto work = look_after(); // first: where there is no memory for it, no flag may stay set
    is_looking_after_ = true; // it may end before spawn() returns
    if (!tasks_.spawn(std::move(work))) is_looking_after_ = false;
}

task<> instance_pool::look_after() {
    const on_scope_exit finish{[this] {
        is_looking_after_ = false;
    }};
    while (!is_closed_) {
        forget_ended();
        if (!has_work()) break;
        const auto now = clock_type::now();
        pool_wishes wishes;
        wishes.is_kept = is_kept_ && !is_stop_wanted_;
        wishes.may_start = !is_stop_wanted_ && !restarts_.is_resting(now);
        wishes.may_start_at =
            is_stop_wanted_ ? clock_type::time_point::max() : restarts_.retry_at();
        wishes.members_max = members_max();
        const auto plan = plan_pool(options_.pool, wishes, view(), now);
        carry_out(plan.steps);
        // Even after a step others come first: one that changes nothing must not hold them up.
        const auto look_at = plan.steps.empty() ? plan.look_at : now;
        co_await changed_.wait_until(look_at);
    }
}

/// The steps name members by their places in the view, so these are looked up before any changes.
void instance_pool::carry_out(const std::vector<pool_step>& steps) {
    std::vector<member*> meant;
    meant.reserve(steps.size());
    for (const auto& step : steps)
        meant.push_back(step.member < members_.size() ? members_[step.member].get() : nullptr);
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
            leave(*meant[i]);
            break;
        case pool_step::action::replace:
            begin_replacing(*meant[i]);
            break;
        case pool_step::action::start:
            begin_start(meant[i] != nullptr ? *meant[i] : add_member(members_.size()));
            break;
        }
    }
}

/// Its calls have time to end; new ones go elsewhere.
void instance_pool::leave(member& old) {
    old.is_leaving = true;
    old.leaving_since = clock_type::now();
    for (const auto& m : members_)
        if (m->replaces == &old) m->replaces = nullptr;
}

void instance_pool::begin_replacing(member& old) {
    const bool is_sick = old.who->session().state == upstream_state::unhealthy;
    context_.log->info("server '{}': an instance that {} is replaced; calls on it: {}",
                       options_.name, is_sick ? "does not answer" : "has run long enough",
                       old.calls);
    const auto at =
        std::ranges::find_if(members_, [&old](const auto& m) { return m.get() == &old; });
    auto& fresh = add_member(static_cast<std::size_t>(at - members_.begin()));
    fresh.replaces = &old;
    fresh.is_lister = old.is_lister;
    fresh.key = old.key;
    if (fresh.is_lister) {
        fresh.who->offers().offer();
        fresh.who->changes().take_over(old.who->changes());
    }
    begin_start(fresh);
}

bool instance_pool::adopt(instance_pool& from, const instance& one) {
    const auto found =
        std::ranges::find_if(from.members_, [&one](const auto& m) { return m->who.get() == &one; });
    if (is_closed_ || found == from.members_.end() || (*found)->leases > 0) return false;
    auto* const old = lister_member();
    const bool is_lister = (*found)->is_lister;
    if (is_lister && old != nullptr && (old->leases > 0 || old->who->life().is_alive()))
        return false;
    // A lister takes the place of the one that is here.
    const std::size_t freed = is_lister && old != nullptr && !old->is_leaving ? 1 : 0;
    if (settled(view()) >= members_max() + freed) return false;
    auto taken = std::move(*found);
    from.members_.erase(found);
    for (const auto& m : from.members_) {
        if (m.get() == taken->replaces) from.leave(*m);
        if (m->replaces == taken.get()) m->replaces = nullptr;
    }
    taken->replaces = nullptr;
    taken->number = ++members_made_; // by it, members are told apart in this pool
    taken->idle_since = clock_type::now();
    if (is_lister && old != nullptr) {
        taken->who->changes().take_over(old->who->changes());
        begin_closing(*old);
    }
    members_.insert(members_.begin(), std::move(taken));
    look();
    from.look();
    from.freed_.notify_all();
    return true;
}

void instance_pool::begin_start(member& one) {
    place held{*this, one, place::use::hold};
    tasks_.spawn(start_ahead(std::move(held)));
}

/// Whoever needs it waits for the same start; what comes of it is seen by on_state(). It is held,
/// since it may be given up and forgotten meanwhile.
task<> instance_pool::start_ahead(place held) {
    abort_signal never;
    co_await held.on().life().ensure_running(clock_type::now() + options_.start_wait(), never);
}

void instance_pool::begin_closing(member& one) {
    if (!one.is_leaving) leave(one);
    const auto found =
        std::ranges::find_if(members_, [&one](const auto& m) { return m.get() == &one; });
    ending_.push_back(std::move(*found));
    members_.erase(found);
    for (const auto& m : members_)
        if (m->replaces == &one) m->replaces = nullptr;
    tasks_.spawn(close_member(one));
    freed_.notify_all(); // there is room for another one
}

task<> instance_pool::close_member(member& one) {
    co_await one.who->life().close();
    one.has_closed = true;
    look();
}

/// Who still holds a place on one that has ended must not lose sight of it.
void instance_pool::forget_ended() {
    std::erase_if(ending_,
                  [](const auto& m) { return m->has_closed && m->leases == 0 && m->holds == 0; });
}

void instance_pool::begin_stop() {
    is_stop_wanted_ = true;
    for (const auto& m : members_) m->who->life().begin_stop();
}

/// Members come and go while this waits, and may be forgotten: each is looked up anew by its number
/// after every wait.
task<> instance_pool::stop(abort_signal& abort) {
    begin_stop();
    std::vector<std::uint64_t> stopping;
    for (const auto& m : members_) stopping.push_back(m->number);
    const auto is_alive = [this](std::uint64_t number) {
        return std::ranges::any_of(members_, [number](const auto& m) {
            return m->number == number && m->who->life().is_alive();
        });
    };
    while (!is_closed_ && is_stop_wanted_ && !abort.reason() &&
           std::ranges::any_of(stopping, is_alive))
        co_await changed_.wait_until(clock_type::time_point::max(), abort);
}

void instance_pool::begin_close() {
    is_closed_ = true;
    is_stop_wanted_ = true;
    for (const auto& m : members_) m->who->life().begin_close();
    freed_.notify_all();
    changed_.notify_all();
}

task<> instance_pool::close() {
    begin_close();
    std::vector<std::uint64_t> closing;
    for (const auto& m : members_) closing.push_back(m->number);
    for (const auto number : closing) {
        const auto found =
            std::ranges::find(members_, number, [](const auto& m) { return m->number; });
        if (found == members_.end()) continue;
        const place held{*this, **found, place::use::hold};
        co_await held.on().life().close();
    }
    freed_.notify_all();
    changed_.notify_all();
    co_await tasks_.wait_all();
}

} // namespace mcpgw
