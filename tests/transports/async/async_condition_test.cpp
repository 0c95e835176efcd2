// SPDX-License-Identifier: Apache-2.0
#include "transports/async/async_condition.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <vector>

using mcpgw::async_condition;
using mcpgw::clock_type;
using mcpgw::task;
using mcpgw::io_test::io_loop;

namespace {

constexpr auto never = clock_type::time_point::max();

task<> wait_until(async_condition& changed, clock_type::time_point deadline,
                  std::vector<bool>& results) {
    const bool was_notified = co_await changed.wait_until(deadline);
    results.push_back(was_notified);
}

} // namespace

TEST_CASE("every_waiter_is_notified") {
    io_loop loop;
    async_condition changed{loop.ex()};
    std::vector<bool> results;
    for (int i = 0; i < 5; ++i) REQUIRE(loop.tasks.spawn(wait_until(changed, never, results)));
    loop.poll();
    CHECK(results.empty());
    changed.notify_all();
    loop.finish();
    CHECK(results == std::vector<bool>(5, true));
}

TEST_CASE("a_notification_without_waiters_is_forgotten") {
    io_loop loop;
    async_condition changed{loop.ex()};
    std::vector<bool> results;
    changed.notify_all();
    loop.run(wait_until(changed, clock_type::now(), results));
    CHECK(results == std::vector{false});
}

TEST_CASE("a_waiter_whose_deadline_passes_leaves_the_others_waiting") {
    io_loop loop;
    async_condition changed{loop.ex()};
    std::vector<bool> early;
    std::vector<bool> late;
    REQUIRE(loop.tasks.spawn(wait_until(changed, never, late)));
    REQUIRE(loop.tasks.spawn(wait_until(changed, clock_type::time_point::min(), early)));
    REQUIRE(loop.tasks.spawn(wait_until(changed, never, late)));
    while (early.empty()) loop.io.run_one();
    loop.poll();
    CHECK(early == std::vector{false});
    CHECK(late.empty());
    changed.notify_all();
    loop.finish();
    CHECK(late == std::vector{true, true});
}

TEST_CASE("a_cancelled_waiter_leaves_the_list") {
    io_loop loop;
    async_condition changed{loop.ex()};
    std::vector<bool> results;
    REQUIRE(loop.tasks.spawn(wait_until(changed, never, results)));
    loop.poll();
    loop.tasks.cancel_all();
    loop.finish();
    changed.notify_all(); // would touch the waiter's frame
    CHECK(std::ranges::count(results, true) == 0);
}
