// SPDX-License-Identifier: Apache-2.0
// Which instance a call gets; the code under test is children/upstream/place_finder.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

task<result<void>> take_place(upstream& at, upstream_caller who) {
    abort_signal never;
    const auto place = co_await at.places().acquire(who, never);
    if (place.has_error()) co_return place.error();
    co_return result<void>{};
}

} // namespace

TEST_CASE("a_place_is_waited_for_no_longer_than_the_caller_wants") {
    child_world world{fake_options({"--silent"})};
    upstream_caller who;
    who.deadline = clock_type::now() + std::chrono::milliseconds{50};
    const auto place = world.loop.await(take_place(world.get(), who));
    REQUIRE(place.has_error());
    CHECK(place.error().code == errc::call_timed_out);
    CHECK(clock_type::now() >= who.deadline);
}

TEST_CASE("a_place_on_a_server_that_runs_is_there_at_once") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1;
    child_world world{options};
    world.must_start();
    const upstream_caller who;
    {
        auto place = world.get().places().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK((*place)->is_alive());
        abort_signal never;
        auto request = tool_call("echo");
        const auto answer = world.loop.await((*place)->call(request, nullptr, never));
        CHECK(text_of(answer) == "{}");
        CHECK_FALSE(
            world.get().places().try_acquire(who).has_value()); // somebody has the only place
    }
    const auto again = world.get().places().try_acquire(who);
    REQUIRE(again.has_value());
    CHECK(again->has_value());
}

TEST_CASE("a_place_that_must_be_waited_for_is_not_there_at_once") {
    child_world world{fake_options({"--era=dual"})};
    upstream_caller who;
    CHECK_FALSE(world.get().places().try_acquire(who).has_value());
    world.must_start();
    {
        const auto place = world.get().places().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK(era_of((*place)->spoken()) == era::modern);
    }
    who.speaks = era::legacy; // a process of its own, which nobody has started
    CHECK_FALSE(world.get().places().try_acquire(who).has_value());
    who.speaks = era::modern;
    world.stop();
    CHECK_FALSE(world.get().places().try_acquire(who).has_value());
    CHECK(world.status().pid == 0); // and nothing was started for it
}

TEST_CASE("a_client_gets_a_place_at_once_on_a_server_of_the_other_era") {
    for (const auto spoken : {era::legacy, era::modern}) {
        child_world world{fake_options({spoken == era::legacy ? "--era=legacy" : "--era=modern"})};
        world.must_start();
        upstream_caller who;
        who.speaks = spoken == era::legacy ? era::modern : era::legacy;
        const auto place = world.get().places().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK(era_of((*place)->spoken()) == spoken);
    }
}

TEST_CASE("a_place_on_a_server_that_failed_too_often_is_refused_at_once") {
    auto options = fake_options();
    options.call_timeout = std::chrono::milliseconds{20};
    options.breaker.threshold = 1;
    child_world world{options};
    world.must_start();
    const auto late = world.call("never");
    REQUIRE(late.has_error());
    CHECK(late.error().code == errc::call_timed_out);
    const auto place = world.get().places().try_acquire({});
    REQUIRE(place.has_value());
    REQUIRE(place->has_error());
    CHECK(place->error().code == errc::circuit_open);
    CHECK(world.status().state == upstream_state::running);
}
