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
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

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

// ---- first questions ----------------------------------------------------------------------

namespace {

constexpr std::string_view elicit = R"({"method":"elicitation/create","params":{"message":"Ok?"}})";

/// A call of a client that can be asked, of a server of which nobody knows whether it asks.
task<> call_seated(upstream& server, std::string tool, std::string arguments,
                   std::shared_ptr<recorded_observer> client, abort_signal& abort,
                   std::optional<answer_or_fault>& answer) {
    auto request = tool_call(tool, arguments);
    request.tool = tool;
    upstream_caller who;
    who.speaks = era::legacy;
    who.owner = client->owner();
    who.may_be_asked = who.can_answer = true;
    who.method = method::tools_call;
    who.tool = tool;
    auto place = co_await server.places().acquire(who, abort);
    if (place.has_error()) {
        answer.emplace(place.error());
        co_return;
    }
    auto answered = co_await place->call(request, client, abort);
    answer.emplace(std::move(answered));
}

struct seated_call {
    seated_call(child_world& world, std::string tool, std::string_view arguments)
        : observer(world.make_observer()) {
        world.loop.spawn(call_seated(world.get(), std::move(tool), std::string{arguments}, observer,
                                     abort, answer));
        world.loop.poll();
    }
    std::shared_ptr<recorded_observer> observer;
    abort_signal abort;
    std::optional<answer_or_fault> answer;
};

} // namespace

TEST_CASE("clients_whose_first_questions_come_together_are_all_asked_their_own") {
    child_world world{fake_options()};
    std::vector<std::unique_ptr<seated_call>> calls;
    for (int i = 0; i < 6; ++i)
        calls.push_back(std::make_unique<seated_call>(world, "ask", elicit));
    const auto answered = [&calls] {
        for (auto& call : calls)
            for (auto& asked : call->observer->questions)
                asked->settle(std::string{R"({"action":"accept"})"});
        return std::ranges::all_of(calls, [](const auto& c) { return c->answer.has_value(); });
    };
    world.loop.run_until(answered);
    for (const auto& call : calls) {
        CHECK(call->observer->questions.size() == 1);
        CHECK(text_of(*call->answer) == R"({"action":"accept"})");
    }
}

TEST_CASE("a_tool_that_was_answered_without_a_question_holds_nobody_up") {
    auto options = fake_options();
    options.question_hold_timeout = std::chrono::seconds{50};
    child_world world{options};
    seated_call first{world, "hold", "{}"};
    world.loop.run_until([&world] { return world.status().calls_in_flight == 1; });
    seated_call waiting{world, "echo", "{}"};
    CHECK(world.status().calls_in_flight == 1);
    // More of the same client is not mistaken for another's.
    text_of(world.end(world.begin(tool_call("release"), first.observer)));
    world.loop.run_until([&] { return first.answer && waiting.answer; });
    // Both have proven themselves: from now on they run side by side.
    seated_call again{world, "hold", "{}"};
    seated_call beside{world, "hold", "{}"};
    seated_call echo{world, "echo", "{}"};
    world.loop.run_until([&] { return echo.answer.has_value(); });
    CHECK(world.status().calls_in_flight == 2);
    CHECK(world.status().instances == 1);
    text_of(world.end(world.begin(tool_call("release"), again.observer)));
    world.loop.run_until([&] { return again.answer && beside.answer; });
}

TEST_CASE("a_first_call_that_takes_long_holds_others_up_for_a_while_and_no_longer") {
    auto options = fake_options();
    options.question_hold_timeout = std::chrono::milliseconds{30};
    child_world world{options};
    seated_call never{world, "never", "{}"};
    std::vector<std::unique_ptr<seated_call>> calls;
    for (int i = 0; i < 100; ++i) // more than may wait in line (instances.queue_max)
        calls.push_back(std::make_unique<seated_call>(world, "echo", "{}"));
    world.loop.run_until([&calls] {
        return std::ranges::all_of(calls, [](const auto& c) { return c->answer.has_value(); });
    });
    for (const auto& call : calls) CHECK(text_of(*call->answer) == "{}");
    never.abort.abort(errc::call_cancelled);
    world.loop.run_until([&never] { return never.answer.has_value(); });
}

TEST_CASE("a_call_whose_time_to_wait_is_over_between_two_looks_gets_its_place") {
    auto options = fake_options();
    options.question_hold_timeout = std::chrono::milliseconds{0}; // over as soon as it waits
    options.pool.queue_timeout = 10min; // nothing else gives it a place
    child_world world{options};
    seated_call never{world, "never", "{}"};
    world.loop.run_until([&world] { return world.status().calls_in_flight == 1; });
    seated_call beside{world, "echo", "{}"};
    world.loop.run_until([&beside] { return beside.answer.has_value(); });
    CHECK(text_of(*beside.answer) == "{}");
    never.abort.abort(errc::call_cancelled);
    world.loop.run_until([&never] { return never.answer.has_value(); });
}
