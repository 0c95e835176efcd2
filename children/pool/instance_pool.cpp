// SPDX-License-Identifier: Apache-2.0
#include "children/pool/instance_pool.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds parked_grace{2}; // for people, before others need the process

} // namespace

instance_pool::instance_pool(const child_context& context, const child_options& options,
                             instance::owner& above, restart_policy& restarts, era spoken)
    : context_(context)
    , options_(options)
    , restarts_(restarts)
    , members_(context, options, above, restarts, spoken)
    , view_(options, members_)
    , freed_(context.ex)
    , upkeep_(context, options, restarts, members_, view_, line_, freed_) {}

instance_place instance_pool::hold_lister() {
    auto* found = members_.lister();
    if (found == nullptr) found = &members_.add(0);
    return {upkeep_, *found, instance_place::use::hold};
}

instance_place instance_pool::hold_first() {
    auto* const found = members_.first_entry();
    if (found == nullptr) return {};
    return {upkeep_, *found, instance_place::use::hold};
}

void instance_pool::set_interactive(bool is_interactive) {
    if (members_.is_interactive() == is_interactive) return;
    members_.set_interactive(is_interactive);
    freed_.notify_all(); // from now on another one may be started for those that wait
}

void instance_pool::renew_roots(std::string_view key) {
    for (const auto& m : members_.all())
        if (!key.empty() && m->key == key) m->who->roots().renew();
}

void instance_pool::on_options() {
    for (const auto* const some : {&members_.all(), &members_.ending()})
        for (const auto& m : *some) m->who->life().on_options();
    freed_.notify_all(); // there may be more places
    upkeep_.look();
}

bool instance_pool::adopt(instance_pool& from, const instance& one) {
    auto* const found = from.members_.find(one);
    if (upkeep_.is_closed() || found == nullptr || found->leases > 0) return false;
    auto* const old = members_.lister();
    const bool is_lister = found->is_lister;
    if (is_lister && old != nullptr && (old->leases > 0 || old->who->life().is_alive()))
        return false;
    // A lister takes the place of the one that is here.
    const std::size_t freed = is_lister && old != nullptr && !old->is_leaving ? 1 : 0;
    if (settled(view_.make()) >= members_.count_max() + freed) return false;
    auto taken = from.members_.release(*found);
    for (const auto& m : from.members_.all())
        if (m.get() == taken->replaces) from.members_.leave(*m);
    if (is_lister && old != nullptr) {
        taken->who->changes().take_over(old->who->changes());
        upkeep_.begin_closing(*old);
    }
    members_.adopt(std::move(taken));
    upkeep_.look();
    from.upkeep_.look();
    from.freed_.notify_all();
    return true;
}

// ---- choice -----------------------------------------------------------------------------------

pool_terms instance_pool::terms() const {
    return {options_.pool.share, members_.is_interactive(), members_.count_max(),
            options_.limits.calls_in_flight_max};
}

/// Null: the caller has to wait. Who waits longest goes first, but for a place that the caller has
/// already.
pool_entry* instance_pool::choose(const pool_request& request, bool is_first) {
    using verdict = pool_choice::verdict;
    if (upkeep_.is_closed()) return nullptr;
    const auto choice = choose_member(terms(), view_.make(request.tool), request);
    if (!is_first && !choice.is_own) return nullptr;
    switch (choice.what) {
    case verdict::wait:
        return nullptr;
    case verdict::grow:
        return &members_.add();
    case verdict::evict:
        upkeep_.begin_closing(*members_.all()[choice.member]);
        return &members_.add();
    case verdict::take:
        break;
    }
    auto& chosen = *members_.all()[choice.member];
    if (choice.is_growing && !restarts_.is_resting(clock_type::now())) {
        auto& another = members_.add();
        upkeep_.begin_start(another);
    }
    return &chosen;
}

fault instance_pool::is_shut_down() const {
    return {errc::gateway_stopping, fmt::format("server '{}' has been shut down", options_.name)};
}

/// The place on the one that was chosen.
instance_place instance_pool::enter(pool_entry& chosen, const pool_request& request) {
    const auto whose = request.owner;
    if (options_.pool.share == sharing::session || options_.pool.share == sharing::principal) {
        const bool changes_hands = chosen.key != request.key;
        chosen.key = request.key;
        if (changes_hands) chosen.who->roots().renew();
    }
    chosen.is_used = true;
    if (!request.may_be_asked) return {upkeep_, chosen, instance_place::use::call};
    const bool changes_hands = chosen.askers == 0 && chosen.last_owner != whose;
    if (changes_hands && chosen.last_owner != 0 && members_.is_interactive())
        chosen.who->questions().drop_roots();
    chosen.owner = chosen.askers == 0 || chosen.owner == whose ? whose : 0;
    chosen.last_owner = whose;
    if (request.is_unproven)
        chosen.unproven_until = clock_type::now() + options_.question_hold_timeout;
    return {upkeep_, chosen, instance_place::use::asked_call, request.is_unproven,
            request.can_answer};
}

std::optional<instance_place> instance_pool::try_take(const pool_request& request) {
    // There may be something to stop.
    if (members_.is_interactive() || upkeep_.is_stop_wanted()) return std::nullopt;
    auto* const chosen = choose(request, line_.is_first(request));
    if (chosen == nullptr) return std::nullopt;
    return enter(*chosen, request);
}

task<result<instance_place>> instance_pool::take(pool_request request, abort_signal& abort) {
    auto* chosen = choose(request, line_.is_first(request));
    if (chosen == nullptr) {
        auto waited = co_await wait_in_line(request, abort);
        if (waited.has_error()) co_return waited.error();
        chosen = *waited;
    }
    auto taken = enter(*chosen, request); // a hold: what is waited for below may end its process
    // A call that was given up may still be at work there, and ask: nobody else's business.
    const bool is_tainted = members_.is_interactive() && request.may_be_asked &&
                            chosen->askers == 1 &&
                            chosen->who->questions().is_abandoned(request.owner);
    if (is_tainted) co_await chosen->who->life().stop();
    co_return taken;
}

// ---- waiting ----------------------------------------------------------------------------------

fault instance_pool::busy(std::string_view what) const {
    const auto hint = line_.hint();
    const auto running = members_.count_running();
    return {errc::server_busy,
            fmt::format("server '{}' has more to do than its {} instance{} can take: {}; try again "
                        "in about {} ms",
                        options_.name, running, running == 1 ? "" : "s", what, hint.count()),
            fmt::format(R"({{"retryAfterMs":{}}})", hint.count())};
}

/// When the next of the calls that could still ask has had time enough to do so.
clock_type::time_point instance_pool::next_seat(clock_type::time_point now) const {
    auto next = clock_type::time_point::max();
    for (const auto& m : members_.all())
        if (m->unproven > 0 && m->unproven_until > now) next = std::min(next, m->unproven_until);
    return next;
}

task<result<pool_entry*>> instance_pool::wait_in_line(pool_request request, abort_signal& abort) {
    if (upkeep_.is_closed()) co_return is_shut_down();
    if (line_.size() >= options_.pool.queue_max) {
        request.is_urgent = true; // rather the risk of a question that is not certain than no call
        if (auto* const chosen = choose(request, true)) co_return chosen;
        co_return busy("as many calls wait as may (instances.queue_max)");
    }
    const auto since = clock_type::now();
    const auto deadline = std::min(since + options_.pool.queue_timeout, request.deadline);
    const auto seat_until = since + options_.question_hold_timeout;
    auto patient_until = since + parked_grace;
    const auto own = line_.join(request);
    pool_entry* chosen = nullptr;
    {
        const on_scope_exit leave_line{[this, own] {
            line_.leave(own);
            freed_.notify_all(); // the next one is the first now
        }};
        for (auto now = since;;) {
            if (now >= deadline || abort.reason() || upkeep_.is_closed()) break;
            // Nobody must wait for people: who never comes back with the answers would block the
            // rest.
            if (members_.is_interactive() && now >= patient_until) {
                let_oldest_parked_give_way();
                patient_until = now + parked_grace;
            }
            // Urgent at the last look: what has become so since then looks again at once.
            auto look_at = members_.is_interactive() ? std::min(deadline, patient_until) : deadline;
            if (!request.is_urgent) look_at = std::min({look_at, seat_until, next_seat(now)});
            co_await freed_.wait_until(look_at, abort);
            if (abort.reason() || upkeep_.is_closed()) break; // else one might be made for nobody
            now = clock_type::now();
            request.is_urgent = now >= seat_until;
            chosen = choose(request, line_.is_first(own, request));
            if (chosen != nullptr) break;
        }
    }
    const auto waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - since);
    line_.note_wait(waited);
    if (chosen != nullptr) co_return chosen;
    if (abort.reason()) co_return *abort.reason();
    if (upkeep_.is_closed()) co_return is_shut_down();
    co_return busy(fmt::format("no place was free for {} ms (instances.queue_timeout)",
                               options_.pool.queue_timeout.count()));
}

void instance_pool::let_oldest_parked_give_way() {
    const auto oldest = members_.oldest_parked();
    if (!oldest) return;
    context_.log->info("server '{}': all {} processes wait for clients; the call that waits "
                       "longest gives way to a new one",
                       options_.name, members_.all().size());
    oldest->give_way();
}

} // namespace mcpgw
