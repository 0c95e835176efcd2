// SPDX-License-Identifier: Apache-2.0
#include "children/process/process_guard.hpp"

#include "children/process/process.hpp"
#include "children/process/process_tree.hpp"
#include "tests/support/process_loop.hpp"
#include "tests/support/process_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <csignal>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

task<std::string> read_line(stream_descriptor& pipe) {
    std::string line;
    for (;;) {
        std::array<char, 256> chunk{};
        const auto [ec, n] = co_await pipe.async_read_some(asio::buffer(chunk), nothrow);
        line.append(chunk.data(), n);
        if (ec || line.ends_with('\n')) co_return line;
    }
}

/// A program with a guard and three children that end neither with their input nor by SIGTERM.
struct guarded_host {
    process_loop loop;
    std::unique_ptr<process> host;
    std::vector<std::unique_ptr<process_probe>> children;

    explicit guarded_host(std::size_t processes = 3, std::vector<std::string> more = {}) {
        launch_options options;
        options.path = MCPGW_GUARD_HOST;
        options.args = {MCPGW_FAKE_CHILD, "3"};
        options.args.insert(options.args.end(), more.begin(), more.end());
        auto launched = process::launch(loop.get_executor(), options, nullptr);
        REQUIRE(launched.has_value());
        host = std::move(*launched);
        std::istringstream ids{loop.await(read_line(host->stdout_stream()))};
        for (pid_t pid = 0; ids >> pid;) children.push_back(std::make_unique<process_probe>(pid));
        REQUIRE(children.size() == processes);
        for (const auto& child : children) REQUIRE_FALSE(child->has_ended());
    }
    void check_all_ended() {
        for (const auto& child : children) {
            INFO("process " << child->pid());
            CHECK(child->has_ended(long_enough));
        }
    }
};

} // namespace

TEST_CASE("no_child_outlives_a_gateway_that_was_killed") {
    guarded_host world;
    ::kill(world.host->pid(), SIGKILL); // it alone: what a signal to the group reached proves less
    const auto status = world.loop.await(world.host->wait_exit());
    CHECK(status.code == SIGKILL);
    world.check_all_ended();
}

TEST_CASE("no_child_outlives_a_gateway_whose_whole_group_was_killed") {
    guarded_host world;
    ::kill(-world.host->pid(), SIGKILL);
    world.loop.await(world.host->wait_exit());
    world.check_all_ended();
}

TEST_CASE("what_left_its_group_does_not_outlive_a_gateway_that_was_killed") {
    guarded_host world{6, {"setsid"}};
    ::kill(world.host->pid(), SIGKILL);
    world.loop.await(world.host->wait_exit());
    world.check_all_ended();
}

namespace {

task<std::string> report_of(process& child) {
    auto line = co_await read_line(child.stdout_stream());
    co_return line;
}

pid_t grandchild_of(const std::string& report) {
    const auto at = report.find("\"grandchild\":");
    REQUIRE(at != std::string::npos);
    return std::stoi(report.substr(at + 13));
}

} // namespace

TEST_CASE("what_a_child_left_elsewhere_ends_with_the_child_and_is_reaped") {
    enum class end { crash, stop };
    struct row {
        const char* what;
        const char* flag;
        end how;
    };
    const std::vector<row> rows{
        {"in its own session, the child crashes", "--grandchild=setsid", end::crash},
        {"in its own session, the child is stopped", "--grandchild=setsid", end::stop},
        {"in the group that the child has left", "--leave-group", end::crash},
        {"in the group that the child has left, stopped", "--leave-group", end::stop},
    };
    for (const auto& [what, flag, how] : rows) {
        INFO(what);
        process_loop loop;
        process_guard guard{MCPGW_GUARD_HOST};
        guard.take_in_orphans();
        launch_options options;
        options.path = MCPGW_FAKE_CHILD;
        options.args = {flag, "--report", "--ignore-eof"};
        options.environment = {"MCP_GATEWAY_CHILD=of.another.gateway"};
        auto launched = process::launch(loop.get_executor(), options, &guard);
        auto other = process::launch(loop.get_executor(), options, &guard);
        REQUIRE(launched.has_value());
        REQUIRE(other.has_value());
        auto& child = **launched;
        const process_probe left{grandchild_of(loop.await(report_of(child)))};
        const process_probe spared{grandchild_of(loop.await(report_of(**other)))};
        if (how == end::crash)
            ::kill(child.pid(), SIGKILL);
        else
            loop.spawn(child.stop(std::chrono::milliseconds{20}));
        loop.await(child.wait_exit());
        loop.finish();
        CHECK(left.has_ended(long_enough));
        CHECK_FALSE(spared.has_ended()); // of a child that lives
        ::kill((*other)->pid(), SIGKILL);
        loop.await((*other)->wait_exit());
        CHECK(spared.has_ended(long_enough));
        guard.end_all_strays();
        for (int i = 0; i < 1000 && read_process(left.pid()).who.pid != 0; ++i) guard.end_strays();
        CHECK(read_process(left.pid()).who.pid == 0); // reaped
    }
    CHECK(has_no_children());
}

TEST_CASE("children_from_before_the_gateway_are_none_of_its_strays") {
    process_loop loop;
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = {"--ignore-eof"};
    auto earlier = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(earlier.has_value());
    const process_probe probe{(*earlier)->pid()};
    {
        process_guard guard{MCPGW_GUARD_HOST};
        guard.take_in_orphans();
        guard.end_strays();
        guard.end_all_strays();
    }
    CHECK_FALSE(probe.has_ended());
}

TEST_CASE("a_guard_ends_with_its_owner_and_leaves_no_zombie") {
    const auto descriptors = count_descriptors();
    {
        process_guard guard{MCPGW_GUARD_HOST};
        CHECK(guard.is_running());
    }
    CHECK(has_no_children());
    CHECK(count_descriptors() == descriptors);
}

TEST_CASE("a_guard_that_cannot_be_started_is_no_obstacle") {
    const auto descriptors = count_descriptors();
    process_guard guard{"/no/such/program"};
    CHECK_FALSE(guard.is_running());
    guard.add(12345678);
    guard.remove(12345678);
    CHECK(count_descriptors() == descriptors);
}

TEST_CASE("a_guard_that_is_stopped_blocks_nobody_and_kills_nobody") {
    process_loop loop;
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = {"--ignore-eof"};
    auto child = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(child.has_value());
    const process_probe probe{(*child)->pid()};
    {
        process_guard guard{MCPGW_GUARD_HOST};
        pid_t guard_pid = -1;
        for (const auto pid : children_of(::getpid()))
            if (pid != (*child)->pid()) guard_pid = pid;
        REQUIRE(guard_pid > 1);
        ::kill(guard_pid, SIGSTOP);
        constexpr int more_than_a_pipe_holds = 20'000;
        for (int i = 0; i < more_than_a_pipe_holds; ++i) guard.remove(4'194'304 + i);
        CHECK(guard.is_running());
        guard.add((*child)->pid());
        ::kill(guard_pid, SIGCONT);
        guard.remove(4'194'304);
        CHECK_FALSE(probe.has_ended());
    }
    // It has heard of the child all the same.
    const auto status = loop.await((*child)->wait_exit());
    CHECK(status.code == SIGKILL);
}

TEST_CASE("a_guard_spares_a_process_that_was_taken_off_its_list") {
    process_loop loop; // ignores SIGPIPE
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = {"--ignore-eof"};
    auto spared = process::launch(loop.get_executor(), options, nullptr);
    auto hit = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(spared.has_value());
    REQUIRE(hit.has_value());
    const process_probe spared_probe{(*spared)->pid()};
    {
        process_guard guard{MCPGW_GUARD_HOST};
        guard.add((*spared)->pid());
        guard.add((*hit)->pid());
        guard.remove((*spared)->pid());
    }
    // The guard has ended; whatever it was going to kill is being killed.
    const auto status = loop.await((*hit)->wait_exit());
    CHECK(status.code == SIGKILL);
    CHECK_FALSE(spared_probe.has_ended());
}
