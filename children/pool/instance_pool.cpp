// SPDX-License-Identifier: Apache-2.0
// Places: which instance a call goes to.
#include "children/pool/instance_pool.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::size_t pool_tasks_max = 4096; // starts and ends of instances

pool_member::phase phase_of(const instance& one) {
    if (one.life().is_ending()) return pool_member::phase::off; // it only has to be waited for
    switch (one.session().state) {
    case upstream_state::starting:
        return pool_member::phase::starting;
    case upstream_state::running:
        return pool_member::phase::running;
    case upstream_state::unhealthy:
        return pool_member::phase::unhealthy;
    case upstream_state::not_started:
    case upstream_state::failed:
    case upstream_state::stopped:
        break;
    }
    return pool_member::phase::off;
}

} // namespace

// ---- place ------------------------------------------------------------------------------------

instance_pool::place::place(instance_pool& pool, member& on, use what, bool is_unproven,
                            bool can_answer)
    : pool_(&pool), on_(&on), use_(what), is_unproven_(is_unproven), can_answer_(can_answer) {
    if (what == use::hold) {
        ++on.holds;
        return;
    }
    ++on.leases;
    if (what == use::nothing) return;
    ++on.calls;
    if (what != use::asked_call) return;
    ++on.askers;
    if (is_unproven) ++on.unproven;
    if (can_answer) ++on.answerers;
}

instance_pool::place& instance_pool::place::operator=(place&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    pool_ = std::exchange(other.pool_, nullptr);
    on_ = other.on_;
    use_ = other.use_;
    is_unproven_ = other.is_unproven_;
    can_answer_ = other.can_answer_;
    return *this;
}

instance& instance_pool::place::on() const {
    return *on_->who;
}

instance_pool::place instance_pool::place::follow() const {
    return {*pool_, *on_, use::nothing};
}

void instance_pool::place::give_back() {
    if (pool_ == nullptr) return;
    auto& pool = *std::exchange(pool_, nullptr);
    auto& from = *on_;
    if (use_ == use::hold) {
        if (--from.holds == 0 && from.has_closed) pool.look();
        return;
    }
    --from.leases;
    if (use_ != use::nothing) --from.calls;
    if (use_ == use::asked_call) {
        if (is_unproven_) --from.unproven;
        if (can_answer_) --from.answerers;
        if (--from.askers == 0) from.owner = 0;
    }
    if (!pool.line_.empty()) pool.freed_.notify_all();
    if (from.leases > 0) return;
    from.idle_since = clock_type::now();
    // Whatever else may be due by then is due at a time that is known already. One that was never
    // started (its call was given up) must not count as one of them for long.
    const bool is_off = !from.who->life().is_alive() && !from.is_lister;
    const bool is_spent = pool.options_.pool.share == sharing::call || from.key == once_key;
    if (from.is_leaving || is_off || is_spent) pool.look();
}

// ---- members ----------------------------------------------------------------------------------

instance_pool::instance_pool(const child_context& context, const child_options& options,
                             instance::owner& above, restart_policy& restarts, era spoken)
    : context_(context)
    , options_(options)
    , owner_(above)
    , restarts_(restarts)
    , era_(spoken)
    , tasks_(context.ex, pool_tasks_max)
    , freed_(context.ex)
    , changed_(context.ex) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

instance_pool::~instance_pool() = default;

instance_pool::member& instance_pool::add_member(std::size_t at) {
    auto made = std::make_unique<member>();
    made->who = std::make_unique<instance>(context_, options_, owner_, restarts_, era_);
    made->number = ++members_made_;
    made->is_lister = lister_member() == nullptr;
    if (made->is_lister) made->who->offers().offer();
    if (wants_logs_) made->who->want_logs();
    made->who->agreement().trust_era(has_running());
    made->idle_since = clock_type::now();
    const auto position = members_.begin() + static_cast<std::ptrdiff_t>(at);
    return **members_.insert(position, std::move(made));
}

instance_pool::member* instance_pool::lister_member() const {
    for (const auto& m : members_)
        if (m->is_lister && !m->is_leaving) return m.get();
    return nullptr;
}

instance& instance_pool::lister() {
    auto* const found = lister_member();
    return *(found != nullptr ? *found : add_member(0)).who;
}

instance_pool::place instance_pool::hold_lister() {
    auto* found = lister_member();
    if (found == nullptr) found = &add_member(0);
    return place{*this, *found, place::use::hold};
}

bool instance_pool::is_lister(const instance& one) const {
    return std::ranges::any_of(
        members_, [&one](const auto& m) { return m->is_lister && m->who.get() == &one; });
}

const instance* instance_pool::first() const {
    // A successor that is still starting says less than the one that it shall replace.
    const instance* found = nullptr;
    for (const auto& m : members_) {
        if (m->is_leaving || m->replaces != nullptr) continue;
        if (m->is_lister) return m->who.get();
        if (found == nullptr) found = m->who.get();
    }
    return found != nullptr || members_.empty() ? found : members_.front()->who.get();
}

instance_pool::place instance_pool::hold_first() {
    const auto* const found = first();
    for (const auto& m : members_)
        if (m->who.get() == found) return place{*this, *m, place::use::hold};
    return {};
}

bool instance_pool::has_running() const {
    return std::ranges::any_of(
        members_, [](const auto& m) { return !m->is_leaving && m->who->is_running(); });
}

bool instance_pool::is_alive() const {
    return std::ranges::any_of(members_, [](const auto& m) { return m->who->life().is_alive(); });
}

bool instance_pool::is_leaving(const instance& one) const {
    return std::ranges::none_of(
        members_, [&one](const auto& m) { return m->who.get() == &one && !m->is_leaving; });
}

void instance_pool::set_interactive(bool is_interactive) {
    // From now on another one may be started for those that wait.
    if (std::exchange(is_interactive_, is_interactive) != is_interactive) freed_.notify_all();
}

void instance_pool::want_logs() {
    wants_logs_ = true;
    for (const auto& m : members_) m->who->want_logs();
}

// ---- choice -----------------------------------------------------------------------------------

std::size_t instance_pool::members_max() const {
    const auto& pool = options_.pool;
    if (pool.max > 0) return pool.max;
    const bool is_one_enough = pool.share == sharing::shared && !is_interactive_;
    return std::max(pool.min, is_one_enough ? std::size_t{1} : pool_options::many);
}

pool_terms instance_pool::terms() const {
    return {options_.pool.share, is_interactive_, members_max(),
            options_.limits.calls_in_flight_max};
}

std::vector<std::shared_ptr<const upstream_lists>> instance_pool::other_lists() const {
    std::vector<std::shared_ptr<const upstream_lists>> found;
    for (const auto& m : members_)
        if (!m->is_lister && !m->is_leaving && m->who->life().is_alive() &&
            m->who->offers().has_read())
            found.push_back(m->who->offers().lists());
    return found;
}

/// What an instance that has not said otherwise offers is what the lister does.
bool instance_pool::has_tool(const instance& one, std::string_view tool) const {
    const auto has = [tool](const upstream_lists& lists) {
        return std::ranges::find(lists.tools, tool, &list_item::key) != lists.tools.end();
    };
    if (one.offers().has_read()) return has(*one.offers().lists());
    const auto* const lister = lister_member();
    return lister != nullptr && has(*lister->who->offers().lists());
}

std::span<const pool_member> instance_pool::view(std::string_view tool) {
    // Where some have a tool that others lack, its calls go to those.
    const bool differs =
        has_other_lists_ && !tool.empty() && options_.pool.share == sharing::shared &&
        std::ranges::any_of(members_, [&](const auto& m) {
            return !m->is_leaving && m->who->is_running() && has_tool(*m->who, tool);
        });
    view_.clear();
    for (const auto& m : members_) {
        pool_member seen;
        seen.state = phase_of(*m->who);
        seen.is_leaving = m->is_leaving;
        seen.is_lister = m->is_lister;
        seen.is_used = m->is_used;
        seen.calls = m->calls;
        seen.askers = m->askers;
        // No clock is read for most calls.
        const bool counts = m->unproven > 0 && clock_type::now() < m->unproven_until;
        seen.unproven = counts ? m->unproven : 0;
        seen.answerers = m->answerers;
        seen.lacks_tool = differs && !has_tool(*m->who, tool);
        seen.leases = m->leases;
        seen.owner = m->owner;
        seen.last_owner = m->last_owner;
        seen.key = m->key;
        seen.idle_since = m->idle_since;
        seen.running_since = m->who->life().running_since();
        seen.leaving_since = m->leaving_since;
        for (std::size_t i = 0; m->replaces != nullptr && i < members_.size(); ++i)
            if (members_[i].get() == m->replaces) seen.replaces = i;
        view_.push_back(seen);
    }
    return view_;
}

/// Null: the caller has to wait. Who waits longest goes first, but for a place that the caller has
/// already.
instance_pool::member* instance_pool::choose(const pool_request& request, bool is_first) {
    using verdict = pool_choice::verdict;
    if (is_closed_) return nullptr;
    const auto choice = choose_member(terms(), view(request.tool), request);
    if (!is_first && !choice.is_own) return nullptr;
    switch (choice.what) {
    case verdict::wait:
        return nullptr;
    case verdict::grow:
        return &add_member(members_.size());
    case verdict::evict:
        begin_closing(*members_[choice.member]);
        return &add_member(members_.size());
    case verdict::take:
        break;
    }
    auto& chosen = *members_[choice.member];
    if (choice.is_growing && !restarts_.is_resting(clock_type::now())) {
        auto& another = add_member(members_.size());
        begin_start(another);
    }
    return &chosen;
}

fault instance_pool::is_shut_down() const {
    return {errc::gateway_stopping, fmt::format("server '{}' has been shut down", options_.name)};
}

/// The place on the one that was chosen.
instance_pool::place instance_pool::enter(member& chosen, const pool_request& request) {
    const auto whose = request.owner;
    if (options_.pool.share == sharing::session || options_.pool.share == sharing::principal) {
        const bool changes_hands = chosen.key != request.key;
        chosen.key = request.key;
        if (changes_hands) chosen.who->roots().renew();
    }
    chosen.is_used = true;
    if (!request.may_be_asked) return place{*this, chosen, place::use::call};
    const bool changes_hands = chosen.askers == 0 && chosen.last_owner != whose;
    if (changes_hands && chosen.last_owner != 0 && is_interactive_)
        chosen.who->questions().drop_roots();
    chosen.owner = chosen.askers == 0 || chosen.owner == whose ? whose : 0;
    chosen.last_owner = whose;
    if (request.is_unproven)
        chosen.unproven_until = clock_type::now() + options_.question_hold_timeout;
    return place{*this, chosen, place::use::asked_call, request.is_unproven, request.can_answer};
}

std::optional<instance_pool::place> instance_pool::try_take(const pool_request& request) {
    if (is_interactive_ || is_stop_wanted_) return std::nullopt; // there may be something to stop
    auto* const chosen = choose(request, is_first_in_line(request));
    if (chosen == nullptr) return std::nullopt;
    return enter(*chosen, request);
}

task<result<instance_pool::place>> instance_pool::take(pool_request request, abort_signal& abort) {
    auto* chosen = choose(request, is_first_in_line(request));
    if (chosen == nullptr) {
        auto waited = co_await wait_in_line(request, abort);
        if (waited.has_error()) co_return waited.error();
        chosen = *waited;
    }
    auto taken = enter(*chosen, request); // a hold: what is waited for below may end its process
    // A call that was given up may still be at work there, and ask: nobody else's business.
    const bool is_tainted = is_interactive_ && request.may_be_asked && chosen->askers == 1 &&
                            chosen->who->questions().is_abandoned(request.owner);
    if (is_tainted) co_await chosen->who->life().stop();
    co_return taken;
}

} // namespace mcpgw
