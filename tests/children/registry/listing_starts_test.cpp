// SPDX-License-Identifier: Apache-2.0
// Servers that are started to be listed; the code under test is
// children/registry/listing_starts.cpp.
#include "tests/support/registry_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("a_child_that_fails_does_not_fail_the_list_of_the_others") {
    registry_world world;
    auto missing = fake_options({}, "missing");
    missing.command = "/no/such/program";
    world.all.add(missing);
    world.all.add(fake_options({"--exit-with=1"}, "broken"));
    world.all.add(fake_options({}, "good"));
    world.list_all();
    CHECK(world.state_of("missing") == upstream_state::failed);
    CHECK(world.state_of("broken") == upstream_state::failed);
    CHECK(world.offers("good__tool_0"));
}

TEST_CASE("children_whose_lists_fail_in_different_ways_leave_the_others_in_their_order") {
    registry_world world;
    world.all.add(fake_options({"--refuse=tools/list"}, "refusing"));
    world.all.add(fake_options({"--tools=2"}, "good"));
    world.all.add(fake_options({"--garble=tools/list"}, "senseless"));
    auto slow = fake_options({"--silent-at=tools/list"}, "slow");
    slow.list_timeout = std::chrono::milliseconds{300};
    world.all.add(slow);
    world.all.add(fake_options({"--die-at=tools/list"}, "dying"));
    world.all.add(fake_options({"--era=modern"}, "last"));
    world.list_all();
    const auto tools = json::parse(world.all.catalogs().merged()->tools_json());
    REQUIRE(tools.as_array().size() == 3);
    CHECK(tools.at(0).at("name") == "good__tool_0");
    CHECK(tools.at(1).at("name") == "good__tool_1");
    CHECK(tools.at(2).at("name") == "last__tool_0");
    for (const auto* const name : {"refusing", "senseless", "slow", "dying"}) {
        CAPTURE(name);
        CHECK_FALSE(world.all.find(name)->status().last_error.empty());
    }
    CHECK(world.state_of("dying") == upstream_state::failed);
    // What they have beside the list that failed is offered.
    const auto prompts = json::parse(world.all.catalogs().merged()->prompts_json());
    CHECK(prompts.as_array().size() == 5);
}

TEST_CASE("a_child_that_never_answers_delays_the_list_to_the_deadline_and_not_beyond") {
    registry_world world;
    world.all.add(fake_options({}, "good"));
    world.list_all();
    world.all.add(fake_options({"--silent"}, "silent"));
    world.list_all(std::chrono::milliseconds{60});
    CHECK(world.state_of("silent") == upstream_state::starting);
    CHECK(world.offers("good__tool_0"));
    // Once, and the next list not at all.
    const auto began = clock_type::now();
    world.list_all(std::chrono::milliseconds{60});
    CHECK(clock_type::now() - began < std::chrono::milliseconds{60});
    CHECK(world.all.untold().size() == 1);
}

TEST_CASE("a_list_request_that_is_ended_from_outside_leaves_nothing_that_refers_to_it") {
    registry_world world;
    world.all.add(fake_options({"--silent"}, "silent"));
    task_group connections{world.loop.get_executor(), 8};
    abort_signal never;
    REQUIRE(connections.spawn(world.all.ensure_listed(std::chrono::seconds{50}, never)));
    world.loop.run_until([&world] { return world.state_of("silent") == upstream_state::starting; });
    connections.cancel_all();
    world.loop.run_until([&connections] { return connections.size() == 0; });
    // What waited for the start learns of its end now.
    world.loop.await(world.all.find("silent")->life().stop());
    world.loop.await(world.all.close());
}

TEST_CASE("children_that_were_listed_once_are_not_started_for_another_list") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    world.list_all();
    world.loop.await(world.all.find("a")->life().stop());
    world.list_all();
    CHECK(world.state_of("a") == upstream_state::stopped);
    CHECK(world.offers("a__tool_0"));
}

TEST_CASE("a_start_that_a_list_began_goes_on_when_the_list_waits_no_more") {
    registry_world world;
    auto slow = fake_options({"--silent-at=server/discover"}, "slow");
    slow.start = start_policy::lazy;
    slow.probe_timeout = std::chrono::milliseconds{100};
    world.all.add(slow);
    world.list_all(std::chrono::milliseconds{1});
    CHECK_FALSE(world.offers("slow__tool_0"));
    world.loop.run_until([&world] { return world.offers("slow__tool_0"); });
    CHECK(world.all.untold().empty());
}

TEST_CASE("a_list_whose_client_has_left_waits_no_more") {
    process_loop loop;
    logger log{log_level::off};
    registry all{loop.get_executor(), {}, nullptr, log, {}};
    all.add(fake_options({"--silent"}, "silent"));
    abort_signal abort;
    bool has_ended = false;
    const auto list = [](registry& of, abort_signal& signal, bool& ended) -> task<> {
        const std::chrono::seconds patience{50};
        co_await of.ensure_listed(patience, signal);
        ended = true;
    };
    loop.spawn(list(all, abort, has_ended));
    loop.run_until([&all] { return all.find("silent")->state() == upstream_state::starting; });
    CHECK_FALSE(has_ended);
    abort.abort(errc::call_cancelled);
    loop.run_until([&has_ended] { return has_ended; });
    loop.await(all.close());
}
