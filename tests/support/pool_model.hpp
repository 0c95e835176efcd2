// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/pool_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>
#include <vector>

namespace mcpgw::child_test {

/// A pool that does what the rules say, with processes and calls that come and go at random.
class pool_model {
public:
    pool_model(unsigned seed, pool_options rules) : options(rules), random(seed) {
        members.push_back(first());
    }

    void run_step() {
        now += std::chrono::milliseconds{random() % 20'000};
        switch (random() % 8) {
        case 0:
        case 1:
        case 2:
            begin_call();
            break;
        case 3:
        case 4:
            end_call();
            break;
        case 5:
            any().state = any_phase(any().state);
            break;
        default:
            for (auto& m : members)
                if (m.state == phase::starting)
                    become(m, random() % 4 ? phase::running : phase::off);
        }
        settle();
    }

    pool_options options;
    std::mt19937 random;
    pool_member::time_point now{std::chrono::hours{10}};
    std::vector<pool_member> members;
    bool is_kept = false;

private:
    using phase = pool_member::phase;
    using verdict = pool_choice::verdict;
    using action = pool_step::action;
    using time_point = pool_member::time_point;

    static pool_member fresh_member(phase state) {
        pool_member m;
        m.state = state;
        return m;
    }
    static pool_member first() {
        auto m = fresh_member(phase::off);
        m.is_lister = true;
        return m;
    }
    pool_member& any() { return members[random() % members.size()]; }
    phase any_phase(phase before) {
        if (before == phase::running && random() % 2 == 0) return phase::unhealthy;
        if (before == phase::unhealthy && random() % 2 == 0) return phase::running;
        return before == phase::starting ? before : phase::off;
    }
    void become(pool_member& m, phase state) {
        m.state = state;
        m.running_since = now;
        if (m.leases == 0) m.idle_since = now;
        if (state == phase::off) m.is_used = false;
    }
    void begin_call() {
        pool_terms terms;
        terms.share = options.share;
        terms.members_max = options.max;
        terms.calls_max = 3;
        const std::string names = "abc";
        pool_request request;
        if (options.share == sharing::session)
            request.key = std::string_view{keys}.substr(random() % keys.size(), 1);
        const auto choice = choose_member(terms, members, request);
        if (choice.what == verdict::wait) return;
        auto index = choice.member;
        if (choice.what == verdict::evict) {
            REQUIRE(members[index].leases == 0);
            forget(index);
        }
        if (choice.what != verdict::take) {
            std::size_t settled = 0;
            for (std::size_t i = 0; i < members.size(); ++i)
                settled += !members[i].is_leaving && !is_replaced(i) ? 1U : 0U;
            REQUIRE(settled < options.max);
            members.push_back(fresh_member(phase::off));
            index = members.size() - 1;
        }
        auto& m = members[index];
        REQUIRE_FALSE(m.is_leaving);
        REQUIRE(m.calls < 3);
        if (options.share == sharing::session) {
            REQUIRE((m.key.empty() || m.key == request.key));
            m.key = request.key;
        }
        if (options.share == sharing::call) REQUIRE(m.calls == 0);
        if (m.state == phase::off) become(m, phase::starting);
        m.is_used = true;
        ++m.calls, ++m.leases;
    }
    void end_call() {
        auto& m = any();
        if (m.calls == 0) return;
        --m.calls, --m.leases;
        m.idle_since = now;
    }
    [[nodiscard]] bool is_replaced(std::size_t i) const {
        return std::ranges::any_of(members, [i](const auto& m) { return m.replaces == i; });
    }
    void forget(std::size_t i) {
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
        for (auto& m : members) {
            if (m.replaces == i) m.replaces.reset();
            if (m.replaces && *m.replaces > i) --*m.replaces;
        }
        if (members.empty()) members.push_back(first());
    }
    void check(const pool_step& step) const {
        if (step.what == action::start) {
            REQUIRE((step.member < members.size() || settled(members) < options.max));
            return;
        }
        const auto& m = members[step.member];
        const bool is_drained = m.is_leaving && now >= m.leaving_since + options.drain_timeout;
        const bool ends = step.what == action::close || step.what == action::stop;
        if (ends) REQUIRE((m.leases == 0 || m.state == phase::off || is_drained));
        if (step.what == action::leave)
            REQUIRE(std::ranges::any_of(members, [&](const auto& n) {
                return n.replaces == step.member && n.state == phase::running;
            }));
    }
    /// Does what is due until nothing is.
    void settle() {
        for (int round = 0;; ++round) {
            REQUIRE(round < 100); // it comes to rest
            pool_wishes wishes;
            wishes.is_kept = is_kept;
            wishes.members_max = options.max;
            const auto due = plan_pool(options, wishes, members, now);
            if (due.steps.empty()) {
                REQUIRE(due.look_at > now); // else it would be looked at for ever
                break;
            }
            for (const auto& step : due.steps) check(step);
            carry_out(due.steps.front());
        }
        if (is_kept && std::ranges::any_of(members, [](const auto& m) {
                return m.state == phase::running && !m.is_leaving;
            })) {
            // One that is off and in use is about to be started, or forgotten, by who uses it.
            const auto up = std::ranges::count_if(members, [](const auto& m) {
                return !m.is_leaving && (m.state != phase::off || m.leases > 0);
            });
            REQUIRE(static_cast<std::size_t>(up) >= std::min(options.min, options.max));
        }
        REQUIRE(std::ranges::count_if(members, [](const auto& m) {
                    return m.is_lister && !m.is_leaving && !m.replaces;
                }) <= 1);
    }
    void carry_out(const pool_step& step) {
        const auto i = step.member;
        switch (step.what) {
        case action::close:
            forget(i);
            break;
        case action::stop:
            become(members[i], phase::off);
            members[i].key = {};
            break;
        case action::leave:
            members[i].is_leaving = true;
            members[i].leaving_since = now;
            for (auto& m : members)
                if (m.replaces == i) m.replaces.reset();
            break;
        case action::replace: {
            auto fresh = fresh_member(phase::starting);
            fresh.replaces = i;
            fresh.is_lister = members[i].is_lister;
            fresh.key = members[i].key;
            members.push_back(fresh);
            break;
        }
        case action::start:
            if (i < members.size())
                become(members[i], phase::starting);
            else
                members.push_back(fresh_member(phase::starting));
            break;
        }
    }

    static constexpr std::string_view keys = "abc";
};

} // namespace mcpgw::child_test
