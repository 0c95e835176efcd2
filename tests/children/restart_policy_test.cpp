#include "children/restart_policy.hpp"

#include <catch2/catch_test_macros.hpp>

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
