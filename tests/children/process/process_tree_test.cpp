// SPDX-License-Identifier: Apache-2.0
#include "children/process/process_tree.hpp"

#include "children/process/process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/process_loop.hpp"
#include "tests/support/process_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <memory>

#include <unistd.h>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

std::unique_ptr<process> launch_fake(process_loop& loop, std::vector<std::string> args) {
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = std::move(args);
    options.environment = {"A=1", "MARK=some value", "MARKED=no"};
    auto launched = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(launched.has_value());
    return std::move(*launched);
}

} // namespace

TEST_CASE("what_the_system_says_of_a_process_is_read") {
    process_loop loop;
    const auto child = launch_fake(loop, {"--ignore-eof"});
    // It is ours before it is the program: what was said to that comes a moment later.
    REQUIRE(eventually([&] { return first_argument(child->pid()) == "--ignore-eof"; }));
    const auto facts = read_process(child->pid());
    CHECK(facts.who.pid == child->pid());
    CHECK(facts.who.started > 0);
    CHECK(facts.parent == ::getpid());
    CHECK_FALSE(facts.is_zombie);
    CHECK(std::ranges::count(children_of(::getpid()), child->pid()) == 1);
    CHECK(std::ranges::count(all_processes(), child->pid()) == 1);
    CHECK(first_argument(child->pid()) == "--ignore-eof");
    CHECK(started_with(child->pid(), "MARK") == "some value");
    CHECK(started_with(child->pid(), "A") == "1");
    CHECK(started_with(child->pid(), "MAR").empty());
    CHECK(started_with(child->pid(), "NONE").empty());
}

TEST_CASE("of_a_process_that_does_not_exist_nothing_is_said") {
    constexpr pid_t nobody = 2'000'000'000;
    CHECK(read_process(nobody).who.pid == 0);
    CHECK(children_of(nobody).empty());
    CHECK(descendants_of(nobody).empty());
    CHECK(started_with(nobody, "PATH").empty());
    CHECK(first_argument(nobody).empty());
    CHECK_FALSE(kill_process({nobody, 1}));
}

TEST_CASE("a_process_is_killed_only_if_it_is_the_one_that_is_meant") {
    process_loop loop;
    const auto child = launch_fake(loop, {"--ignore-eof"});
    const process_probe probe{child->pid()};
    auto who = read_process(child->pid()).who;
    ++who.started; // as if the number had gone to another process since
    CHECK_FALSE(kill_process(who));
    CHECK_FALSE(probe.has_ended());
    --who.started;
    CHECK(kill_process(who));
    CHECK(probe.has_ended(long_enough));
    loop.await(child->wait_exit());
}
