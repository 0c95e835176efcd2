// SPDX-License-Identifier: Apache-2.0
#include "children/policy/backoff.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <set>

using namespace mcpgw;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST_CASE("pauses_are_random_below_a_limit_that_doubles_up_to_a_maximum") {
    constexpr std::array<milliseconds, 7> limits{100ms, 200ms, 400ms, 800ms, 1s, 1s, 1s};
    std::array<milliseconds, 7> longest{};
    std::array<milliseconds, 7> shortest = limits;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        backoff delay{100ms, 1s, seed * 2'654'435'761U}; // near seeds begin alike
        for (std::size_t i = 0; i < limits.size(); ++i) {
            const auto pause = delay.next();
            longest[i] = std::max(longest[i], pause);
            shortest[i] = std::min(shortest[i], pause);
        }
    }
    for (std::size_t i = 0; i < limits.size(); ++i) {
        CAPTURE(i);
        CHECK(longest[i] <= limits[i]);
        CHECK(longest[i] > limits[i] * 9 / 10); // the whole range is used: full jitter
        CHECK(shortest[i] < limits[i] / 10);
    }
}

TEST_CASE("a_share_of_the_pause_may_be_certain") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        CHECK(backoff{1s, 1s, seed, 0}.next() == 1s);
        CHECK(backoff{1s, 1s, seed, 0.25}.next() >= 750ms);
    }
}

TEST_CASE("what_was_well_for_a_while_begins_with_the_shortest_pause") {
    backoff delay{200ms, 30s, 1};
    for (int i = 0; i < 100; ++i) delay.next();
    CHECK(delay.failures() == 100);
    delay.reset();
    CHECK(delay.failures() == 0);
    CHECK(delay.next() <= 200ms);
}

TEST_CASE("those_that_fail_together_do_not_come_back_in_step") {
    std::set<milliseconds> pauses;
    std::mt19937 seeds{1};
    for (int i = 0; i < 20; ++i)
        pauses.insert(backoff{10s, 60s, static_cast<unsigned>(seeds())}.next());
    CHECK(pauses.size() > 10);
}

TEST_CASE("a_maximum_below_the_base_is_the_limit") {
    backoff delay{1h, 10ms, 1};
    CHECK(delay.next() <= 10ms);
    backoff none{0ms, 0ms, 1};
    CHECK(none.next() == 0ms);
}
