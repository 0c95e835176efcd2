// SPDX-License-Identifier: Apache-2.0
// Who waits for a place; the code under test is children/pool/waiting_line.cpp.
#include "children/pool/waiting_line.hpp"
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("nobody_is_first_before_one_who_waits_longer_for_the_same") {
    waiting_line line;
    pool_request one;
    one.key = "one";
    pool_request other;
    other.key = "other";
    CHECK(line.is_first(one));
    const auto first = line.join(one);
    const auto second = line.join(one);
    CHECK_FALSE(line.is_first(one));
    CHECK(line.is_first(other)); // its place is another one
    CHECK(line.is_first(first, one));
    CHECK_FALSE(line.is_first(second, one));
    line.leave(first);
    CHECK(line.is_first(second, one));
    line.leave(second);
    CHECK(line.empty());
}

TEST_CASE("who_waits_for_a_client_to_be_asked_does_not_hold_up_a_call_without_questions") {
    waiting_line line;
    pool_request asking;
    asking.may_be_asked = true;
    const pool_request quiet;
    const auto own = line.join(asking);
    CHECK(line.is_first(quiet));
    CHECK_FALSE(line.is_first(asking));
    line.leave(own);
    const auto other = line.join(quiet);
    CHECK_FALSE(line.is_first(asking));
    line.leave(other);
}

TEST_CASE("the_hint_when_to_try_again_follows_the_waits_within_limits") {
    waiting_line line;
    CHECK(line.hint() == 1s);
    line.note_wait(9s);
    CHECK(line.hint() == 2s);
    for (int i = 0; i < 100; ++i) line.note_wait(0ms);
    CHECK(line.hint() == 100ms);
    for (int i = 0; i < 100; ++i) line.note_wait(1h);
    CHECK(line.hint() == 30s);
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
