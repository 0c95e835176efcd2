// SPDX-License-Identifier: Apache-2.0
#include "children/policy/restart_policy.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

const restart_policy::time_point start{std::chrono::hours{1}};

restart_options quick() {
    restart_options made;
    made.base = 100ms;
    made.max = 1s;
    made.stable_after = 10s;
    made.restarts_max = 0;
    return made;
}

} // namespace

TEST_CASE("a_stable_life_makes_the_next_rest_short_again") {
    const auto options = quick();
    restart_policy policy{options, 1};
    for (int i = 0; i < 6; ++i) policy.on_failure(start, 1s);
    CHECK(policy.failures_in_row() == 6);
    policy.on_failure(start, 9'999ms);
    CHECK(policy.failures_in_row() == 7);
    CHECK(policy.on_failure(start, 10s) <= start + 100ms);
    CHECK(policy.failures_in_row() == 1);
}

TEST_CASE("a_server_rests_until_its_next_start_and_no_longer") {
    const auto options = quick();
    restart_policy policy{options, 5};
    CHECK_FALSE(policy.is_resting(start));
    restart_policy::time_point again{};
    while (again <= start) again = policy.on_failure(start, 0s);
    CHECK(policy.retry_at() == again);
    CHECK(policy.is_resting(start));
    CHECK_FALSE(policy.is_resting(again));
    policy.reset();
    CHECK_FALSE(policy.is_resting(start));
}

TEST_CASE("a_server_that_fails_too_often_is_given_up_and_tried_slowly_until_it_is_stable") {
    auto options = quick();
    options.restarts_max = 4;
    options.window = 60s;
    options.slow_retry = 300s;
    restart_policy policy{options, 1};
    auto now = start;
    for (int i = 0; i < 3; ++i) {
        policy.on_failure(now, 0s);
        now += 5s;
    }
    CHECK_FALSE(policy.has_given_up());
    CHECK(policy.on_failure(now, 0s) == now + 300s);
    CHECK(policy.has_given_up());
    // Slow tries that fail do not bring the quick ones back, however old the failures are.
    for (int i = 0; i < 5; ++i) {
        now += 300s;
        CHECK(policy.on_failure(now, 0s) == now + 300s);
    }
    now += 300s;
    CHECK(policy.on_failure(now + 11s, 11s) <= now + 11s + 100ms);
    CHECK_FALSE(policy.has_given_up());
}

TEST_CASE("failures_that_are_far_apart_never_add_up") {
    auto options = quick();
    options.restarts_max = 3;
    options.window = 60s;
    restart_policy policy{options, 1};
    for (auto now = start; now < start + 1h; now += 31s) {
        policy.on_failure(now, 1s);
        CHECK_FALSE(policy.has_given_up());
    }
}

TEST_CASE("one_start_is_excused_until_the_server_has_rested_or_agreed") {
    const auto options = quick();
    restart_policy policy{options, 1};
    CHECK(policy.excuse());
    CHECK_FALSE(policy.excuse());
    policy.on_failure(start, 0s);
    CHECK(policy.excuse());
    CHECK_FALSE(policy.excuse());
    policy.on_agreed();
    CHECK(policy.excuse());
}

TEST_CASE("no_sequence_of_answers_makes_more_than_a_few_starts_a_minute") {
    // What can come of a start, in any order: the other era (followed by another start at once,
    // where that is excused), a failure, an agreement with an end soon after or an end after the
    // time that counts as stable.
    for (unsigned seed = 1; seed <= 300; ++seed) {
        const restart_options options{}; // the defaults
        restart_policy policy{options, seed};
        std::minstd_rand random{seed};
        auto now = start;
        std::vector<restart_policy::time_point> starts;
        while (now < start + 30min) {
            if (policy.is_resting(now)) now = policy.retry_at();
            starts.push_back(now);
            now += std::chrono::milliseconds{random() % 20};
            const auto kind = seed % 5 == 4 ? random() % 4 : seed % 5;
            if (kind == 0 && policy.excuse()) continue;
            const auto ran = kind == 2 ? 100ms : kind == 3 ? 10'000ms : 0ms;
            if (kind == 2 || kind == 3) policy.on_agreed();
            now += ran;
            policy.on_failure(now, ran, "it ended");
        }
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const auto within = [&](std::chrono::seconds span) {
                return std::ranges::count_if(
                    starts, [&](auto at) { return at >= starts[i] && at < starts[i] + span; });
            };
            INFO("seed " << seed);
            CHECK(within(60s) <= 2 * static_cast<long>(options.restarts_max));
        }
        if (seed % 5 < 3) CHECK(starts.size() <= 2 * (options.restarts_max + 6));
    }
}
