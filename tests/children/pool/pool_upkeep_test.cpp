// SPDX-License-Identifier: Apache-2.0
// How many instances there are; the code under test is children/pool/pool_upkeep.cpp. What is
// decided is tested in pool_rules_test.cpp.
#include "tests/support/child_world.hpp"
#include "tests/support/process_ids.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("an_instance_that_hangs_is_replaced_and_keeps_its_calls_until_they_end") {
    auto options = fake_options();
    options.health = {5ms, 2s, 1};
    options.stop_grace = 10ms;
    child_world world{options};
    world.must_start();
    const auto hung = world.pid();
    auto& waiting = world.begin(tool_call("never"));
    ::kill(hung, SIGSTOP);
    world.loop.run_until([&] { return pids(world.status(), true).contains(hung); });
    CHECK_FALSE(waiting.answer.has_value());
    // The next call finds the new one.
    CHECK(text_of(world.call("echo")) == "{}");
    CHECK(world.status().state == upstream_state::running);
    CHECK(world.pid() != hung);
    waiting.abort.abort(errc::call_cancelled);
    world.end(waiting);
    world.loop.run_until([&] { return !pids(world.status(), true).contains(hung); });
}

TEST_CASE("a_hung_instance_that_nobody_uses_is_stopped_and_the_next_call_starts_another") {
    auto options = fake_options();
    options.health = {5ms, 2s, 1};
    options.stop_grace = 10ms;
    child_world world{options};
    world.must_start();
    ::kill(world.pid(), SIGSTOP);
    world.run_until_state(upstream_state::stopped);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("an_unused_instance_is_stopped_and_its_lists_stay") {
    auto options = fake_options();
    options.pool.idle_timeout = 1ms;
    child_world world{options};
    world.must_start();
    const auto tools = world.get().lists().tools.size();
    CHECK(tools > 0);
    world.run_until_state(upstream_state::stopped);
    world.loop.run_until([&world] { return world.status().instances == 0; });
    CHECK(world.get().lists().tools.size() == tools);
    CHECK(text_of(world.call("echo")) == "{}"); // and is started again
    world.run_until_state(upstream_state::stopped);
}

TEST_CASE("an_instance_that_has_run_long_enough_gives_way_to_a_new_one_and_loses_no_call") {
    auto options = fake_options();
    options.pool.max_lifetime = 300ms;
    child_world world{options};
    world.must_start();
    const auto first = world.pid();
    auto& held = world.begin(tool_call("hold"));
    world.loop.run_until([&] { return pids(world.status(), true).contains(first); });
    // It starts before the old one leaves, so there is always one that takes calls.
    CHECK(pids(world.status(), false).size() >= 1);
    CHECK(text_of(world.call("echo")) == "{}");
    CHECK_FALSE(held.answer.has_value());
    held.abort.abort(errc::call_cancelled);
    world.end(held);
    world.loop.run_until([&] { return !pids(world.status(), true).contains(first); });
}

TEST_CASE("what_is_replaced_does_not_wait_for_its_calls_for_ever") {
    auto options = fake_options();
    options.pool.max_lifetime = 300ms;
    options.pool.drain_timeout = 0ms;
    child_world world{options};
    auto& held = world.begin(tool_call("never"));
    const auto answer = world.end(held);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::connection_lost);
}

TEST_CASE("a_server_that_fails_too_often_is_given_up_and_says_when_it_is_tried_again") {
    auto options = fake_options({"--say=no database", "--exit-with=3"});
    options.only_era = era::legacy;
    options.restart.restarts_max = 3;
    options.restart.slow_retry = 1h;
    options.restart.calls = rest_policy::wait;
    options.breaker.threshold = 0;
    child_world world{options};
    for (int i = 0; i < 3; ++i) CHECK(world.start().has_error());
    CHECK(world.status().has_given_up);
    CHECK(world.status().state == upstream_state::failed);
    CHECK(world.status().retry_in > 50min);
    CHECK(world.status().stderr_lines.back() == "no database");
    const auto refused = world.call("echo"); // waits for nothing: its time would not do
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_failed);
    CHECK(refused.error().message().find("no database") != std::string::npos);
    CHECK(json::parse(refused.error().data_json).at("retryAfterMs").as_int64() > 3'000'000);
    // Whoever stops it by hand may start it again at once.
    world.stop();
    CHECK_FALSE(world.status().has_given_up);
    CHECK(world.status().state == upstream_state::stopped);
}

TEST_CASE("a_pool_is_stopped_in_good_order_whichever_of_its_processes_ends_first") {
    for (int round = 0; round < 3; ++round) {
        auto options = fake_options(round == 1 ? std::vector<std::string>{"--ignore-eof"}
                                               : std::vector<std::string>{});
        options.pool.min = options.pool.max = 2;
        options.stop_grace = 20ms;
        child_world world{options};
        world.get().life().keep_running();
        world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
        // The one that is no lister ends and is forgotten while stop() waits for the lister.
        std::vector<upstream_lease> held;
        if (round == 2) held.push_back(world.take());
        ::kill(static_cast<pid_t>(world.status().each.back().pid), SIGKILL);
        ::kill(static_cast<pid_t>(world.status().each.front().pid), SIGSTOP);
        world.stop();
        CHECK(world.status().instances == 0);
    }
}
