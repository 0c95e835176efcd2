// SPDX-License-Identifier: Apache-2.0
#include "server/reload/quiet_period.hpp"

#include <catch2/catch_test_macros.hpp>

using mcpgw::clock_type;
using mcpgw::quiet_period;
using namespace std::chrono_literals;

namespace {
const clock_type::time_point start{1h};
} // namespace

TEST_CASE("nothing_is_due_without_a_change") {
    quiet_period quiet{300ms, 3s};
    CHECK_FALSE(quiet.due());
    CHECK_FALSE(quiet.take(start + 1h));
}

TEST_CASE("one_change_is_due_when_it_was_quiet_for_long_enough") {
    quiet_period quiet{300ms, 3s};
    quiet.on_change(start);
    CHECK(quiet.due() == start + 300ms);
    CHECK_FALSE(quiet.take(start + 299ms));
    CHECK(quiet.take(start + 300ms));
    CHECK_FALSE(quiet.take(start + 1h)); // once
    CHECK_FALSE(quiet.due());
}

TEST_CASE("changes_shortly_after_each_other_are_one") {
    quiet_period quiet{300ms, 3s};
    for (auto at = 0ms; at <= 1000ms; at += 100ms) quiet.on_change(start + at);
    CHECK_FALSE(quiet.take(start + 1299ms));
    CHECK(quiet.take(start + 1300ms));
}

TEST_CASE("a_storm_of_10000_changes_a_minute_neither_starves_nor_keeps_it_busy") {
    quiet_period quiet{300ms, 3s};
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto now = start + i * 6ms;
        quiet.on_change(now);
        if (quiet.take(now)) ++taken;
    }
    CHECK(taken >= 18);
    CHECK(taken <= 20);
}
