// SPDX-License-Identifier: Apache-2.0
#include "transports/async/task_group.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = mcpgw::asio;
using mcpgw::async_event;
using mcpgw::task;
using mcpgw::task_group;
using mcpgw::io_test::io_loop;

namespace {

task<> wait(async_event& wake, int& ended) {
    co_await wake.wait();
    ++ended;
}

task<> wait_all(task_group& group, int& ended) {
    co_await group.wait_all();
    ++ended;
}

task<> hold(std::shared_ptr<int> held, async_event& wake) {
    co_await wake.wait();
    ++*held;
}

/// As where the system has no memory for the wait: who would go on is gone.
task<> wait_for_nobody(std::shared_ptr<int> /*held*/) {
    co_await asio::async_initiate<const asio::deferred_t, void(boost::system::error_code)>(
        [](mcpgw::resumption handler) { const auto gone = std::move(handler); }, asio::deferred);
}

task<> fail(std::string what) {
    throw std::runtime_error(what);
    co_return;
}

} // namespace

TEST_CASE("a_full_group_refuses_and_has_room_again_when_one_ends") {
    io_loop loop;
    async_event wake{loop.ex()};
    async_event other{loop.ex()};
    task_group group{loop.ex(), 2};
    int ended = 0;
    CHECK(group.spawn(wait(wake, ended)));
    CHECK_FALSE(group.is_full());
    CHECK(group.spawn(wait(other, ended)));
    CHECK(group.is_full());
    CHECK_FALSE(group.spawn(wait(wake, ended)));
    CHECK(group.size() == 2);
    wake.notify();
    loop.poll();
    CHECK(ended == 1);
    CHECK(group.spawn(wait(wake, ended)));
    wake.notify();
    other.notify();
    loop.run(wait_all(group, ended));
    CHECK(ended == 4);
}

TEST_CASE("a_refused_coroutine_is_destroyed_without_having_run") {
    io_loop loop;
    async_event wake{loop.ex()};
    task_group group{loop.ex(), 0};
    const auto held = std::make_shared<int>(0);
    CHECK_FALSE(group.spawn(hold(held, wake)));
    CHECK(held.use_count() == 1);
    CHECK(*held == 0);
}

TEST_CASE("wait_all_waits_for_the_last_one") {
    io_loop loop;
    async_event first{loop.ex()};
    async_event second{loop.ex()};
    task_group group{loop.ex(), 5};
    int ended = 0;
    int waited = 0;
    REQUIRE(group.spawn(wait(first, ended)));
    REQUIRE(group.spawn(wait(second, ended)));
    REQUIRE(loop.tasks.spawn(wait_all(group, waited)));
    loop.poll();
    first.notify();
    loop.poll();
    CHECK(ended == 1);
    CHECK(waited == 0);
    second.notify();
    loop.finish();
    CHECK(waited == 1);
    loop.run(wait_all(group, waited)); // of an empty group: at once
    CHECK(waited == 2);
}

TEST_CASE("cancel_all_ends_those_that_wait_and_refuses_new_ones") {
    io_loop loop;
    async_event wake{loop.ex()};
    task_group group{loop.ex(), 50};
    std::vector<std::string> exceptions;
    group.on_exception = [&](const std::string& what) {
        exceptions.push_back(what);
    };
    const auto held = std::make_shared<int>(0);
    std::vector<std::unique_ptr<async_event>> wakes;
    for (int i = 0; i < 20; ++i) {
        wakes.push_back(std::make_unique<async_event>(loop.ex()));
        REQUIRE(group.spawn(hold(held, *wakes.back())));
    }
    loop.poll();
    group.cancel_all();
    CHECK_FALSE(group.spawn(hold(held, wake)));
    int waited = 0;
    loop.run(wait_all(group, waited));
    CHECK(waited == 1);
    CHECK(group.size() == 0);
    CHECK(held.use_count() == 1);
    CHECK(*held == 0); // cancelled in their wait, not woken
    CHECK(exceptions.empty());
}

TEST_CASE("a_closed_group_refuses_new_ones_and_lets_the_others_end") {
    io_loop loop;
    async_event wake{loop.ex()};
    task_group group{loop.ex(), 5};
    int ended = 0;
    REQUIRE(group.spawn(wait(wake, ended)));
    group.close();
    CHECK_FALSE(group.spawn(wait(wake, ended)));
    loop.poll();
    wake.notify();
    loop.run(wait_all(group, ended));
    CHECK(ended == 2);
}

TEST_CASE("an_exception_is_reported_and_ends_only_its_coroutine") {
    io_loop loop;
    async_event wake{loop.ex()};
    task_group group{loop.ex(), 5};
    std::vector<std::string> exceptions;
    group.on_exception = [&](const std::string& what) {
        exceptions.push_back(what);
    };
    int ended = 0;
    REQUIRE(group.spawn(wait(wake, ended)));
    REQUIRE(group.spawn(fail("a bug")));
    loop.poll();
    CHECK(exceptions == std::vector<std::string>{"a bug"});
    CHECK(group.size() == 1);
    wake.notify();
    loop.run(wait_all(group, ended));
    CHECK(ended == 2);
}

TEST_CASE("a_coroutine_that_could_not_go_on_is_waited_for_no_more") {
    io_loop loop;
    task_group group{loop.ex(), 5};
    std::vector<std::string> exceptions;
    group.on_exception = [&](const std::string& what) {
        exceptions.push_back(what);
    };
    const auto held = std::make_shared<int>(0);
    int waited = 0;
    REQUIRE(group.spawn(wait_for_nobody(held)));
    loop.run(wait_all(group, waited));
    CHECK(waited == 1);
    CHECK(held.use_count() == 1);
    CHECK(exceptions.size() == 1);
}

TEST_CASE("an_exception_that_nobody_takes_leaves_the_event_loop") {
    io_loop loop;
    task_group group{loop.ex(), 5};
    REQUIRE(group.spawn(fail("a bug")));
    CHECK_THROWS_AS(loop.poll(), std::runtime_error);
    CHECK(group.size() == 0);
}
