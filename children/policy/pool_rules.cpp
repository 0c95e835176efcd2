// SPDX-License-Identifier: Apache-2.0
#include "children/policy/pool_rules.hpp"

#include <algorithm>
#include <tuple>

namespace mcpgw {

namespace {

using phase = pool_member::phase;
using time_point = pool_member::time_point;
using action = pool_step::action;

bool is_up(const pool_member& m) {
    return m.state == phase::running || m.state == phase::starting;
}

std::optional<std::size_t> replacement_of(std::span<const pool_member> members, std::size_t i) {
    for (std::size_t j = 0; j < members.size(); ++j)
        if (members[j].replaces == i && !members[j].is_leaving) return j;
    return std::nullopt;
}

/// The server may turn out to ask in the middle of these calls of several clients, at least one of
/// whom could be asked: then nobody could say whom it means.
bool could_be_mistaken(const pool_member& m, const pool_request& request) {
    const bool may_ask = request.is_unproven || m.unproven > 0;
    return may_ask && !request.is_urgent && (request.can_answer || m.answerers > 0);
}

bool is_open_to(const pool_terms& terms, const pool_member& m, const pool_request& request) {
    if (m.is_leaving || m.lacks_tool || m.calls >= terms.calls_max) return false;
    switch (terms.share) {
    case sharing::shared:
        break;
    case sharing::call:
        if (m.calls > 0 || (m.is_used && m.state != phase::off)) return false;
        break;
    case sharing::session:
    case sharing::principal:
        if (request.key == once_key) {
            const bool is_nobodys = m.key.empty() || (m.key == once_key && m.state == phase::off);
            if (!is_nobodys || m.calls > 0 || (m.is_used && m.state != phase::off)) return false;
            break;
        }
        if (m.key == once_key && m.calls == 0 && m.state == phase::off) break; // nothing is left
        if (!m.key.empty() && m.key != request.key) return false; // an unused one becomes theirs
        break;
    }
    if (!request.may_be_asked || m.askers == 0) return true;
    if (m.owner != 0 && m.owner == request.owner) return true;
    return !terms.is_interactive && !could_be_mistaken(m, request);
}

/// It is for one call, and has had it.
bool is_spent(const pool_options& options, const pool_member& m) {
    return (options.share == sharing::call || m.key == once_key) && m.is_used;
}

int rank(phase state) {
    switch (state) {
    case phase::running:
        return 0;
    case phase::starting:
        return 1;
    case phase::off:
        return 2;
    case phase::unhealthy:
        return 3;
    }
    return 4;
}

/// What ends one member, or begins to. Nothing: it stays as it is until `look_at`.
class member_plan {
public:
    member_plan(const pool_options& options, const pool_wishes& wishes,
                std::span<const pool_member> members, time_point now)
        : options_(options), wishes_(wishes), members_(members), now_(now) {}

    std::optional<action> of(std::size_t i) {
        const auto& m = members_[i];
        if (m.is_leaving) return of_leaving(m);
        if (m.replaces) return of_newcomer(i);
        if (const auto next = replacement_of(members_, i)) return of_replaced(*next);
        if (m.state == phase::off) return of_dead(m);
        if (m.state == phase::starting) return std::nullopt;
        if (is_spent(options_, m) && m.leases == 0) return end_of(m);
        if (m.state == phase::unhealthy) return renew(m);
        if (const auto old = of_old(m)) return old;
        return of_idle(i);
    }
    [[nodiscard]] time_point look_at() const { return look_at_; }
    void look_at(time_point when) { look_at_ = std::min(look_at_, when); }

private:
    [[nodiscard]] static action end_of(const pool_member& m) {
        return m.is_lister ? action::stop : action::close;
    }
    std::optional<action> of_leaving(const pool_member& m) {
        const auto latest = m.leaving_since + options_.drain_timeout;
        if (m.leases == 0 || m.state == phase::off || now_ >= latest) return action::close;
        look_at(latest);
        return std::nullopt;
    }
    /// It came to replace another, and has not yet.
    std::optional<action> of_newcomer(std::size_t i) {
        const auto& m = members_[i];
        if (m.state == phase::off && m.leases == 0) return action::close;
        return std::nullopt;
    }
    static std::optional<action> of_dead(const pool_member& m) {
        if (m.is_lister || m.leases > 0) return std::nullopt;
        return action::close;
    }
    std::optional<action> of_replaced(std::size_t next) const {
        if (members_[next].state == phase::running) return action::leave;
        return std::nullopt;
    }
    /// Somebody needs it: another takes its place. Nobody does: it ends, and the next call starts
    /// another.
    std::optional<action> renew(const pool_member& m) {
        if (m.leases == 0 && !wishes_.is_kept) return end_of(m);
        if (wishes_.may_start) return action::replace;
        look_at(wishes_.may_start_at);
        return std::nullopt;
    }
    std::optional<action> of_old(const pool_member& m) {
        if (options_.max_lifetime.count() == 0) return std::nullopt;
        const auto end = m.running_since + options_.max_lifetime;
        if (now_ >= end) return renew(m);
        look_at(end);
        return std::nullopt;
    }
    std::optional<action> of_idle(std::size_t i) {
        const auto& m = members_[i];
        if (options_.idle_timeout.count() == 0) return std::nullopt;
        if (m.leases > 0) { // at the earliest
            look_at(now_ + options_.idle_timeout);
            return std::nullopt;
        }
        if (wishes_.is_kept && !is_surplus(i)) return std::nullopt;
        const auto end = m.idle_since + options_.idle_timeout;
        if (now_ >= end) return end_of(m);
        look_at(end);
        return std::nullopt;
    }
    /// Beyond the number that is kept ready; the lister and those before it stay.
    [[nodiscard]] bool is_surplus(std::size_t i) const {
        if (members_[i].is_lister) return false;
        std::size_t others = 0;
        for (std::size_t j = 0; j < members_.size(); ++j) {
            const bool stays = j < i || members_[j].is_lister;
            others += stays && j != i && is_up(members_[j]) && !members_[j].is_leaving ? 1U : 0U;
        }
        return others >= options_.min;
    }

    const pool_options& options_;
    const pool_wishes& wishes_;
    std::span<const pool_member> members_;
    time_point now_;
    time_point look_at_ = time_point::max();
};

/// Of those that are kept ready, how many are missing. The first one is started elsewhere: only a
/// server that runs is known to run.
bool is_one_missing(const pool_options& options, std::span<const pool_member> members) {
    std::size_t ready = 0;
    bool runs = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        runs = runs || m.state == phase::running;
        const bool is_ready = is_up(m) && !m.is_leaving && !is_spent(options, m);
        ready += is_ready && !replacement_of(members, i) ? 1U : 0U;
    }
    return runs && ready < options.min;
}

/// Which one to start next: the lister that is off, or a new one where there is room for it.
std::optional<std::size_t> one_to_start(const pool_wishes& wishes,
                                        std::span<const pool_member> members) {
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        const bool is_free = m.state == phase::off && !m.is_leaving && m.leases == 0;
        if (is_free && m.is_lister && !m.replaces && !replacement_of(members, i)) return i;
    }
    if (settled(members) < wishes.members_max) return members.size();
    return std::nullopt;
}

} // namespace

std::size_t settled(std::span<const pool_member> members) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
        count += !members[i].is_leaving && !replacement_of(members, i) ? 1U : 0U;
    return count;
}

pool_choice choose_member(const pool_terms& terms, std::span<const pool_member> members,
                          const pool_request& request) {
    using verdict = pool_choice::verdict;
    pool_choice choice;
    std::tuple<bool, bool, int, bool, std::size_t> best;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        if (!is_open_to(terms, m, request)) continue;
        const bool is_seated = terms.is_interactive || request.is_unproven || m.unproven > 0;
        const bool is_own = is_seated && m.askers > 0 && request.may_be_asked && m.owner != 0 &&
                            m.owner == request.owner;
        const bool has_key = !request.key.empty() && m.key == request.key;
        // What a server remembers of a client is where the client was last.
        const bool is_known = terms.is_interactive && m.last_owner == request.owner;
        const std::tuple price{!is_own, terms.share != sharing::shared && !has_key, rank(m.state),
                               !is_known, m.calls};
        if (choice.what == verdict::take && !(price < best)) continue;
        best = price;
        choice = {verdict::take, i, is_own, false};
    }
    // One more process would not have what only some of those that run have.
    const bool is_bound = std::ranges::any_of(members, &pool_member::lacks_tool);
    const bool has_room = !is_bound && settled(members) < terms.members_max;
    if (choice.what == verdict::take) {
        const bool is_coming = std::ranges::any_of(
            members, [](const pool_member& m) { return m.state == phase::starting; });
        choice.is_growing = terms.share == sharing::shared && !choice.is_own && has_room &&
                            !is_coming && members[choice.member].calls > 0;
        return choice;
    }
    if (has_room) return {verdict::grow};
    // Whose session is over, or who has been away the longest, makes room.
    const bool has_keys = terms.share == sharing::session || terms.share == sharing::principal;
    if (!has_keys) return choice;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        const bool changes_hands = m.replaces || replacement_of(members, i);
        if (m.leases > 0 || m.is_leaving || changes_hands || m.key == request.key) continue;
        const bool is_first = choice.what == verdict::wait;
        if (is_first || m.idle_since < members[choice.member].idle_since)
            choice = {verdict::evict, i};
    }
    return choice;
}

pool_plan plan_pool(const pool_options& options, const pool_wishes& wishes,
                    std::span<const pool_member> members, time_point now) {
    pool_plan plan;
    member_plan of_each{options, wishes, members, now};
    for (std::size_t i = 0; i < members.size(); ++i)
        if (const auto what = of_each.of(i)) plan.steps.push_back({*what, i});
    if (wishes.is_kept && is_one_missing(options, members)) {
        if (!wishes.may_start)
            of_each.look_at(wishes.may_start_at);
        else if (const auto next = one_to_start(wishes, members))
            plan.steps.push_back({action::start, *next});
    }
    plan.look_at = of_each.look_at();
    return plan;
}

} // namespace mcpgw
