// SPDX-License-Identifier: Apache-2.0
#include "transports/async/async_event.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <vector>

using mcpgw::async_event;
using mcpgw::clock_type;
using mcpgw::task;
using mcpgw::io_test::io_loop;

namespace {

constexpr auto never = clock_type::time_point::max();

task<> wait_until(async_event& wake, clock_type::time_point deadline, std::vector<bool>& results) {
    const bool was_notified = co_await wake.wait_until(deadline);
    results.push_back(was_notified);
}

task<> wait(async_event& wake, int& ended) {
    co_await wake.wait();
    ++ended;
}

} // namespace

TEST_CASE("notify_before_the_wait_is_not_lost") {
    io_loop loop;
    async_event wake{loop.ex()};
    std::vector<bool> results;
    wake.notify();
    loop.run(wait_until(wake, never, results));
    CHECK(results == std::vector{true});
    int ended = 0;
    wake.notify();
    loop.run(wait(wake, ended));
    CHECK(ended == 1);
}

TEST_CASE("notify_during_the_wait_ends_it") {
    io_loop loop;
    async_event wake{loop.ex()};
    std::vector<bool> results;
    REQUIRE(loop.tasks.spawn(wait_until(wake, never, results)));
    loop.poll();
    CHECK(results.empty());
    wake.notify();
    loop.finish();
    CHECK(results == std::vector{true});
}

TEST_CASE("several_notifications_end_one_wait_only") {
    io_loop loop;
    async_event wake{loop.ex()};
    int ended = 0;
    wake.notify();
    wake.notify();
    loop.run(wait(wake, ended));
    REQUIRE(loop.tasks.spawn(wait(wake, ended)));
    loop.poll();
    CHECK(ended == 1);
    wake.notify();
    loop.finish();
    CHECK(ended == 2);
}

TEST_CASE("the_deadline_ends_a_wait_that_nobody_notifies") {
    io_loop loop;
    async_event wake{loop.ex()};
    std::vector<bool> results;
    const auto before = clock_type::now();
    const auto time = std::chrono::milliseconds{30};
    loop.run(wait_until(wake, before + time, results));
    CHECK(results == std::vector{false});
    CHECK(clock_type::now() - before >= time);
}

TEST_CASE("a_deadline_in_the_past_ends_the_wait_and_the_next_one_works") {
    io_loop loop;
    async_event wake{loop.ex()};
    std::vector<bool> results;
    loop.run(wait_until(wake, clock_type::time_point::min(), results));
    wake.notify();
    loop.run(wait_until(wake, clock_type::time_point::min(), results));
    CHECK(results == std::vector{false, true});
}

TEST_CASE("notify_lets_the_waiter_go_on_later_and_notify_now_at_once") {
    io_loop loop;
    async_event wake{loop.ex()};
    int ended = 0;
    REQUIRE(loop.tasks.spawn(wait(wake, ended)));
    loop.poll();
    wake.notify();
    CHECK(ended == 0);
    loop.finish();
    CHECK(ended == 1);
    REQUIRE(loop.tasks.spawn(wait(wake, ended)));
    loop.poll();
    wake.notify_now();
    CHECK(ended == 2);
    loop.finish();
    wake.notify_now(); // nobody waits: kept
    loop.run(wait(wake, ended));
    CHECK(ended == 3);
}

TEST_CASE("a_waiter_that_is_cancelled_ends_and_the_wake_up_can_go_before_it") {
    io_loop loop;
    auto wake = std::make_unique<async_event>(loop.ex());
    int ended = 0;
    REQUIRE(loop.tasks.spawn(wait(*wake, ended)));
    loop.poll();
    loop.tasks.cancel_all();
    wake.reset();
    loop.finish();
    CHECK(ended == 0);
}

namespace {

task<> wait_for_one_then_the_other(std::unique_ptr<async_event>& first, async_event& second,
                                   int& ended) {
    co_await first->wait();
    first.reset();
    ++ended;
    co_await second.wait();
    ++ended;
}

} // namespace

TEST_CASE("a_cancellation_after_a_wait_does_not_reach_what_was_waited_for_before") {
    for (const bool at_once : {false, true}) {
        io_loop loop;
        auto first = std::make_unique<async_event>(loop.ex());
        async_event second{loop.ex()};
        int ended = 0;
        REQUIRE(loop.tasks.spawn(wait_for_one_then_the_other(first, second, ended)));
        loop.poll();
        at_once ? first->notify_now() : first->notify();
        loop.poll();
        CHECK(ended == 1);
        CHECK(first == nullptr);
        loop.tasks.cancel_all(); // of a waiter whose first async_event is gone
        loop.finish();
        CHECK(ended == 1);
    }
}
