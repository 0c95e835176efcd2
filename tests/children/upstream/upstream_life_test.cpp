// SPDX-License-Identifier: Apache-2.0
// Starting a server and keeping it running; the code under test is
// children/upstream/upstream_life.cpp.
#include "tests/support/child_world.hpp"
#include "tests/support/process_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("a_start_is_given_up_for_the_client_that_left_and_goes_on_for_others") {
    child_world world{fake_options({"--silent"})};
    auto& gone = world.begin(tool_call("echo"));
    auto& stays = world.begin(tool_call("echo"));
    world.run_until_state(upstream_state::starting);
    gone.abort.abort(errc::call_cancelled);
    const auto answer = world.end(gone);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_cancelled);
    CHECK_FALSE(stays.answer.has_value());
    CHECK(world.status().state == upstream_state::starting);
}

TEST_CASE("a_caller_waits_for_a_silent_server_no_longer_than_its_deadline") {
    child_world world{fake_options({"--silent"})};
    const auto started = world.loop.await(
        world.get().life().ensure_running(clock_type::now() + std::chrono::milliseconds{60}));
    REQUIRE(started.has_error());
    CHECK(started.error().code == errc::call_timed_out);
    CHECK(world.status().state == upstream_state::starting); // others may be more patient
}

TEST_CASE("a_kept_child_starts_by_itself_and_comes_back_when_it_dies") {
    child_world world{fake_options()};
    world.get().life().keep_running();
    world.run_until_state(upstream_state::running);
    for (std::uint64_t death = 1; death <= 3; ++death) {
        ::kill(world.pid(), SIGKILL);
        world.loop.run_until([&world, death] {
            const auto status = world.status();
            return status.restarts == death && status.state == upstream_state::running;
        });
        CHECK(world.status().last_error.find("was ended by signal 9") != std::string::npos);
    }
    world.stop();
    CHECK(world.status().state == upstream_state::stopped);
    CHECK(has_no_children());
}

TEST_CASE("a_kept_child_whose_command_is_missing_can_be_stopped_in_its_back_off") {
    auto options = fake_options();
    options.command = "/no/such/program";
    options.restart.base = options.restart.max = std::chrono::hours{1};
    options.restart.jitter = 0;
    child_world world{options};
    world.get().life().keep_running();
    world.run_until_state(upstream_state::failed);
    world.stop();
    CHECK(world.status().state == upstream_state::stopped);
}
