// SPDX-License-Identifier: Apache-2.0
#include "transports/async/deadline_timer.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <vector>

using mcpgw::clock_type;
using mcpgw::deadline_timer;
using mcpgw::io_test::io_loop;
using mcpgw::io_test::patience;
using namespace std::chrono_literals;

TEST_CASE("a_lazy_timer_acts_once_and_not_before_its_time") {
    io_loop loop;
    deadline_timer later{loop.ex()};
    std::vector<clock_type::time_point> acted;
    const auto when = clock_type::now() + 5ms;
    later.set(when, [&] { acted.push_back(clock_type::now()); });
    CHECK(later.is_set());
    loop.io.run_for(patience); // ends when nothing is left to wait for
    REQUIRE(acted.size() == 1);
    CHECK(acted[0] >= when);
    CHECK_FALSE(later.is_set());
}

TEST_CASE("a_lazy_timer_that_is_put_off_or_set_earlier_acts_at_its_last_time") {
    io_loop loop;
    deadline_timer later{loop.ex()};
    std::vector<int> acted;
    const auto now = clock_type::now();
    later.set(now + 1ms, [&] { acted.push_back(1); });
    later.set(now + 20ms, [&] { acted.push_back(2); });
    loop.io.run_for(patience);
    CHECK(acted == std::vector{2});
    CHECK(clock_type::now() >= now + 20ms);
    loop.io.restart();
    later.set(clock_type::now() + 1h, [&] { acted.push_back(3); });
    later.set(clock_type::now() + 1ms, [&] { acted.push_back(4); });
    loop.io.run_one_for(patience); // the wait for the later time, which ends
    loop.io.run_one_for(patience);
    CHECK(acted == std::vector{2, 4});
}

TEST_CASE("a_lazy_timer_that_is_cleared_or_destroyed_does_nothing") {
    io_loop loop;
    int acted = 0;
    deadline_timer cleared{loop.ex()};
    cleared.set(clock_type::now(), [&] { ++acted; });
    cleared.clear();
    // Both have expired before either acts: the first to act destroys the other.
    std::optional<deadline_timer> first{loop.ex()};
    std::optional<deadline_timer> second{loop.ex()};
    first->set(clock_type::now(), [&] {
        ++acted;
        second.reset();
    });
    second->set(clock_type::now(), [&] {
        ++acted;
        first.reset();
    });
    loop.io.run_for(patience);
    CHECK(acted == 1);
}

TEST_CASE("a_lazy_timer_may_be_set_again_by_what_it_does_and_may_destroy_itself") {
    io_loop loop;
    int acted = 0;
    std::optional<deadline_timer> own{loop.ex()};
    own->set(clock_type::now(), [&] {
        ++acted;
        own->set(clock_type::now(), [&] {
            ++acted;
            own.reset();
        });
    });
    loop.io.run_for(patience);
    CHECK(acted == 2);
    CHECK_FALSE(own.has_value());
}
