// SPDX-License-Identifier: Apache-2.0
#include "children/pool/pool_members.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

auto position_of(const pool_members::entries& members, const pool_entry& one) {
    return std::ranges::find_if(members, [&one](const auto& m) { return m.get() == &one; });
}

bool takes_calls(const std::unique_ptr<pool_entry>& one) {
    return !one->is_leaving && one->who->is_running();
}

} // namespace

pool_members::pool_members(const child_context& context, const child_options& options,
                           instance::owner& above, restart_policy& restarts, era spoken)
    : context_(context), options_(options), owner_(above), restarts_(restarts), era_(spoken) {}

// ---- who is there -----------------------------------------------------------------------------

pool_entry* pool_members::lister() const {
    for (const auto& m : members_)
        if (m->is_lister && !m->is_leaving) return m.get();
    return nullptr;
}

bool pool_members::is_lister(const instance& one) const {
    const auto* const found = find(one);
    return found != nullptr && found->is_lister;
}

pool_entry* pool_members::first_entry() const {
    // A successor that is still starting says less than the one that it shall replace.
    pool_entry* found = nullptr;
    for (const auto& m : members_) {
        if (m->is_leaving || m->replaces != nullptr) continue;
        if (m->is_lister) return m.get();
        if (found == nullptr) found = m.get();
    }
    return found != nullptr || members_.empty() ? found : members_.front().get();
}

const instance* pool_members::first() const {
    const auto* const found = first_entry();
    return found == nullptr ? nullptr : found->who.get();
}

pool_entry* pool_members::find(const instance& one) const {
    const auto found =
        std::ranges::find_if(members_, [&one](const auto& m) { return m->who.get() == &one; });
    return found == members_.end() ? nullptr : found->get();
}

std::string_view pool_members::key_of(const instance& one) const {
    for (const auto* const group : {&members_, &ending_})
        for (const auto& m : *group)
            if (m->who.get() == &one) return m->key;
    return {};
}

bool pool_members::is_leaving(const instance& one) const {
    const auto* const found = find(one);
    return found == nullptr || found->is_leaving;
}

bool pool_members::has_running() const {
    return std::ranges::any_of(members_, takes_calls);
}

std::size_t pool_members::count_running() const {
    return static_cast<std::size_t>(std::ranges::count_if(members_, takes_calls));
}

bool pool_members::is_alive() const {
    return std::ranges::any_of(members_, [](const auto& m) { return m->who->life().is_alive(); });
}

std::shared_ptr<call_observer> pool_members::oldest_parked() const {
    std::shared_ptr<call_observer> oldest;
    for (const auto& m : members_) {
        const auto peer = m->who->session().connection;
        if (!peer) continue;
        for (const auto& observer : peer->observers()) {
            const auto since = observer->parked_since();
            if (since && (!oldest || *since < *oldest->parked_since())) oldest = observer;
        }
    }
    return oldest;
}

std::size_t pool_members::count_max() const {
    const auto& pool = options_.pool;
    if (pool.max > 0) return pool.max;
    const bool is_one_enough = pool.share == sharing::shared && !is_interactive_;
    return std::max(pool.min, is_one_enough ? std::size_t{1} : pool_options::many);
}

void pool_members::want_logs() {
    wants_logs_ = true;
    for (const auto& m : members_) m->who->logs().want();
}

// ---- coming and going -------------------------------------------------------------------------

pool_entry& pool_members::add(std::size_t at) {
    auto made = std::make_unique<pool_entry>();
    made->who = std::make_unique<instance>(context_, options_, owner_, restarts_, era_);
    made->number = ++members_made_;
    made->is_lister = lister() == nullptr;
    if (made->is_lister) made->who->offers().offer();
    if (wants_logs_) made->who->logs().want();
    made->who->agreement().trust_era(has_running());
    made->idle_since = clock_type::now();
    const auto position = members_.begin() + static_cast<std::ptrdiff_t>(at);
    return **members_.insert(position, std::move(made));
}

pool_entry& pool_members::add_successor(const pool_entry& old) {
    const auto at = position_of(members_, old) - members_.begin();
    auto& fresh = add(static_cast<std::size_t>(at));
    fresh.replaces = &old;
    fresh.is_lister = old.is_lister;
    fresh.key = old.key;
    if (fresh.is_lister) {
        fresh.who->offers().offer();
        fresh.who->changes().take_over(old.who->changes());
    }
    return fresh;
}

void pool_members::leave(pool_entry& old) {
    old.is_leaving = true;
    old.leaving_since = clock_type::now();
    for (const auto& m : members_)
        if (m->replaces == &old) m->replaces = nullptr;
}

void pool_members::retire(pool_entry& old) {
    ending_.emplace_back(); // first: where there is no memory for it, it stays where it is
    if (!old.is_leaving) leave(old);
    ending_.back() = release(old);
}

/// Who still holds a place on one that has ended must not lose sight of it.
void pool_members::forget_ended() {
    std::erase_if(ending_,
                  [](const auto& m) { return m->has_closed && m->leases == 0 && m->holds == 0; });
}

std::unique_ptr<pool_entry> pool_members::release(pool_entry& one) {
    const auto found = position_of(members_, one);
    const auto at = found - members_.begin();
    auto taken = std::move(members_[static_cast<std::size_t>(at)]);
    members_.erase(found);
    for (const auto& m : members_)
        if (m->replaces == taken.get()) m->replaces = nullptr;
    return taken;
}

void pool_members::adopt(std::unique_ptr<pool_entry> taken) {
    taken->replaces = nullptr;
    taken->number = ++members_made_; // by it, members are told apart in this pool
    taken->idle_since = clock_type::now();
    members_.insert(members_.begin(), std::move(taken));
}

} // namespace mcpgw
