// SPDX-License-Identifier: Apache-2.0
// Who waits for a place, and for how long; the code under test is
// children/pool/instance_pool_line.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

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

TEST_CASE("a_call_that_is_given_up_while_a_place_is_made_for_it_leaves_no_empty_instance") {
    auto options = fake_options();
    options.pool.max = 2;
    options.limits.calls_in_flight_max = 1;
    options.interactive = interactivity::yes;
    child_world world{options};
    auto held = std::make_unique<upstream_lease>(world.take());
    abort_signal abort;
    std::optional<result<upstream_lease>> place;
    upstream_caller who;
    who.owner = 7;
    who.may_be_asked = true;
    world.loop.spawn(process_loop::store(world.get().places().acquire(who, abort), place));
    abort.abort(errc::call_cancelled);
    world.loop.run_until([&place] { return place.has_value(); });
    CHECK(place->has_error());
    place.reset();
    world.loop.run_until([&] { return world.status().each.size() <= 1; });
    // Its place is free for somebody else.
    const auto other = world.take();
    CHECK(other.is_alive());
}
