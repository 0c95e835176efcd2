// SPDX-License-Identifier: Apache-2.0
// Pools with real processes; what they decide is tested in pool_rules_test.cpp.
#include "tests/support/child_world.hpp"
#include "tests/support/process_ids.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <set>

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

TEST_CASE("the_calls_of_an_instance_that_hangs_do_not_open_the_breaker_of_its_server") {
    auto options = fake_options();
    options.health = {5ms, 300ms, 1};
    options.call_timeout = 3s;
    options.breaker.threshold = 2;
    options.stop_grace = 10ms;
    child_world world{options};
    world.must_start();
    std::vector<running_call*> lost;
    for (int i = 0; i < 4; ++i) lost.push_back(&world.begin(tool_call("never")));
    ::kill(world.pid(), SIGSTOP);
    for (auto* const call : lost) CHECK(world.end(*call).error().code == errc::call_timed_out);
    CHECK(world.status().breaker == breaker_state::closed);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_server_that_answers_its_checks_is_left_alone") {
    auto options = fake_options();
    options.health = {1ms, 40s, 1};
    options.pool.idle_timeout = 0ms;
    child_world world{options};
    world.must_start();
    const auto pid = world.pid();
    world.loop.run_until([&world] { return world.status().each.at(0).health_checks >= 3; });
    const auto received = json_of(world.call("received"));
    const auto pings = std::ranges::count_if(received.as_array(), [](const json::value& message) {
        return message.at("method") == "ping";
    });
    CHECK(pings >= 3);
    CHECK(world.pid() == pid);
    CHECK(world.status().restarts == 0);
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

TEST_CASE("an_instance_is_not_idle_while_a_call_or_what_follows_it_holds_it") {
    auto options = fake_options();
    options.pool.idle_timeout = 1ms;
    child_world world{options};
    auto place = std::make_unique<upstream_lease>(world.take());
    auto task = std::make_unique<upstream_lease>(place->follow());
    const auto pid = world.pid();
    place.reset();
    child_world other{options}; // long enough for an idle one
    other.must_start();
    other.run_until_state(upstream_state::stopped);
    world.loop.poll();
    CHECK(world.status().state == upstream_state::running);
    CHECK(world.pid() == pid);
    task.reset();
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

TEST_CASE("a_pool_keeps_its_minimum_and_gives_calls_to_the_least_busy") {
    auto options = fake_options();
    options.pool.min = 2;
    options.pool.max = 2;
    options.start = start_policy::pre_warm;
    child_world world{options};
    world.get().life().keep_running();
    world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
    auto first = world.take();
    auto second = world.take();
    auto third = world.take();
    CHECK(pid_of(world, first) != pid_of(world, second));
    const auto status = world.status();
    REQUIRE(status.each.size() == 2);
    CHECK(status.each[0].calls + status.each[1].calls == 3);
    CHECK(std::max(status.each[0].calls, status.each[1].calls) == 2);
}

TEST_CASE("a_pool_grows_when_all_are_at_work_and_not_beyond_its_maximum") {
    auto options = fake_options();
    options.pool.max = 2;
    child_world world{options};
    std::vector<upstream_lease> places;
    places.push_back(world.take());
    CHECK(world.status().instances == 1);
    places.push_back(world.take()); // on the first one; another is on its way
    world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
    for (int i = 0; i < 6; ++i) places.push_back(world.take());
    CHECK(world.status().instances == 2);
}

TEST_CASE("a_dead_instance_is_no_loss_where_another_one_runs") {
    auto options = fake_options();
    options.pool.min = options.pool.max = 2;
    child_world world{options};
    world.get().life().keep_running();
    world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
    const auto before = pids(world.status(), false);
    ::kill(static_cast<pid_t>(*before.begin()), SIGKILL);
    world.loop.run_until([&] { return !pids(world.status(), false).contains(*before.begin()); });
    for (int i = 0; i < 4; ++i) CHECK(text_of(world.call("echo")) == "{}");
    // The minimum is kept.
    world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
}

TEST_CASE("calls_over_the_limit_wait_in_line_and_are_refused_where_that_is_full") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 8;
    options.pool.queue_max = 1;
    child_world world{options};
    world.must_start();
    std::vector<upstream_lease> places;
    for (int i = 0; i < 8; ++i) places.push_back(world.take());
    auto& waiting = world.begin(tool_call("echo"));
    CHECK_FALSE(waiting.answer.has_value());
    const auto refused = world.call("echo");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_busy);
    const auto hint = json::parse(refused.error().data_json);
    CHECK(hint.at("retryAfterMs").as_int64() >= 100);
    places.pop_back();
    CHECK(text_of(world.end(waiting)) == "{}");
}

TEST_CASE("a_call_that_waits_too_long_for_a_place_is_refused") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1;
    options.pool.queue_timeout = 1ms;
    child_world world{options};
    const auto held = world.take();
    const auto refused = world.call("echo");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_busy);
    CHECK(refused.error().message().find("instances.queue_timeout") != std::string::npos);
}

TEST_CASE("who_waits_longest_is_served_first") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1;
    child_world world{options};
    auto held = std::make_unique<upstream_lease>(world.take());
    std::vector<std::optional<result<upstream_lease>>> served(3);
    std::vector<std::unique_ptr<abort_signal>> aborts;
    for (auto& place : served) {
        aborts.push_back(std::make_unique<abort_signal>());
        world.loop.spawn(
            process_loop::store(world.get().places().acquire({}, *aborts.back()), place));
        world.loop.poll();
    }
    for (std::size_t i = 0; i < served.size(); ++i) {
        if (i == 0)
            held.reset();
        else
            served[i - 1].reset();
        world.loop.run_until([&] { return served[i].has_value(); });
        for (std::size_t later = i + 1; later < served.size(); ++later)
            CHECK_FALSE(served[later].has_value());
    }
}

TEST_CASE("a_call_that_waits_in_line_can_be_given_up") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1;
    child_world world{options};
    const auto held = world.take();
    auto& waiting = world.begin(tool_call("echo"));
    waiting.abort.abort(errc::call_cancelled);
    const auto answer = world.end(waiting);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_cancelled);
}

TEST_CASE("each_session_has_its_own_process_which_ends_with_it") {
    auto options = fake_options();
    options.pool.share = sharing::session;
    child_world world{options};
    std::int64_t first_pid = 0;
    std::int64_t second_pid = 0;
    {
        auto first = world.take("first");
        auto second = world.take("second");
        first_pid = pid_of(world, first);
        second_pid = pid_of(world, second);
        CHECK(first_pid != second_pid);
    }
    auto again = world.take("second");
    CHECK(pid_of(world, again) == second_pid);
    CHECK(world.status().instances == 2);
    world.get().pools().end_key("first");
    world.loop.run_until([&] { return !pids(world.status(), true).contains(first_pid); });
    CHECK(pids(world.status(), false) == std::set<std::int64_t>{second_pid});
    // A session that ends waits for its calls.
    world.get().pools().end_key("second");
    CHECK(pid_of(world, again) == second_pid);
    auto third = world.take("third");
    CHECK(pid_of(world, third) != second_pid);
}

TEST_CASE("sessions_beyond_the_maximum_take_the_place_of_the_one_that_was_away_longest") {
    auto options = fake_options();
    options.pool.share = sharing::session;
    options.pool.max = 2;
    child_world world{options};
    std::int64_t first_pid = 0;
    {
        auto first = world.take("first");
        first_pid = pid_of(world, first);
    }
    auto second = world.take("second");
    const auto second_pid = pid_of(world, second);
    auto third = world.take("third");
    CHECK(pid_of(world, third) != first_pid);
    CHECK(pid_of(world, second) == second_pid);
    world.loop.run_until([&] { return world.status().instances == 2; });
}

TEST_CASE("each_call_has_its_own_process_which_ends_with_it") {
    auto options = fake_options();
    options.pool.share = sharing::call;
    child_world world{options};
    std::set<std::int64_t> seen;
    {
        auto first = world.take();
        auto second = world.take();
        seen = {pid_of(world, first), pid_of(world, second)};
        CHECK(seen.size() == 2);
    }
    world.loop.run_until([&] { return world.status().instances == 0; });
    auto third = world.take();
    CHECK_FALSE(seen.contains(pid_of(world, third)));
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
