// SPDX-License-Identifier: Apache-2.0
#include "children/registry/server_changes.hpp"

#include "tests/support/change_model.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("server_that_is_not_changed_keeps_its_process_while_others_come_and_go") {
    changed_world world;
    const std::vector<child_options> first{with_tools("a", 1), with_tools("b", 1)};
    world.all.add(first);
    world.list_all();
    const auto pid = world.pid_of("a");
    const auto lineage = world.all.find("a")->uses().lineage();
    const auto changes = world.listener.catalog_changes;
    world.change({{with_tools("c", 1)}, {with_tools("a", 1)}});
    CHECK(world.listener.catalog_changes == changes + 1);
    CHECK(world.pid_of("a") == pid);
    CHECK(world.all.find("a")->uses().lineage() == lineage);
    CHECK(world.all.find("b") == nullptr);
    CHECK_FALSE(world.offers("b__tool_0"));
    REQUIRE(world.all.children().size() == 2);
    CHECK(world.all.children()[0]->name() == "c"); // in the new order
    world.must_start("c");
    CHECK(world.pid_of("a") == pid);
}

TEST_CASE("options_that_no_process_knows_of_are_adopted_without_a_restart") {
    changed_world world;
    world.all.add(with_tools("a", 2));
    world.list_all();
    const auto pid = world.pid_of("a");
    auto options = with_tools("a", 2);
    options.call_timeout = std::chrono::seconds{7};
    options.breaker.threshold = 9;
    options.offered.except = {"tool_0"};
    const auto changes = world.listener.catalog_changes;
    world.change({{options, step::adopt}});
    const auto a = world.all.find("a");
    CHECK(a->status().pid == pid);
    CHECK(a->options().call_timeout == std::chrono::seconds{7});
    CHECK(world.listener.catalog_changes == changes + 1);
    CHECK_FALSE(world.offers("a__tool_0"));
    CHECK(world.offers("a__tool_1"));
    world.change({{with_tools("a", 2), step::adopt}});
    CHECK(world.offers("a__tool_0")); // it was only hidden
    CHECK(a->status().pid == pid);
}

TEST_CASE("changed_server_answers_until_its_heir_does_and_loses_no_call") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    const auto pid = world.pid_of("a");
    world.hold("a");
    world.change({{with_tools("a", 3), step::replace}});
    CHECK(world.pid_of("a") == pid); // it goes on
    CHECK(world.all.changes().is_being_replaced("a"));
    const auto changes = world.listener.catalog_changes;
    world.loop.run_until([&] { return !world.all.changes().is_being_replaced("a"); });
    CHECK(world.pid_of("a") != pid);
    CHECK(world.pid_of("a") != 0);
    CHECK(world.offers("a__tool_2"));
    CHECK(world.listener.catalog_changes == changes + 1);
    CHECK(changed_world::is_alive(pid)); // a call runs there
    CHECK(world.end().has_value());
    world.run_until_gone(pid);
}

TEST_CASE("server_whose_heir_cannot_be_started_goes_on_and_says_why") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    const auto pid = world.pid_of("a");
    const auto broken = with_tools("a", 1, {"--exit-with=3"});
    world.change({{broken, step::replace}});
    world.loop.run_until([&] { return !world.all.changes().is_being_replaced("a"); });
    CHECK(world.pid_of("a") == pid);
    CHECK(world.all.changes().failure_of("a").find("3") != std::string_view::npos);
    CHECK(world.offers("a__tool_0"));
    // Taken back: nothing was wrong.
    world.change({{with_tools("a", 1), step::keep}});
    CHECK(world.all.changes().failure_of("a").empty());
    CHECK(world.pid_of("a") == pid);
}

TEST_CASE("change_that_is_taken_back_while_the_heir_starts_leaves_the_process_alone") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    const auto pid = world.pid_of("a");
    world.change({{with_tools("a", 2, {"--silent"}), step::replace}});
    CHECK(world.all.changes().is_being_replaced("a"));
    world.change({{with_tools("a", 1), step::keep}});
    CHECK_FALSE(world.all.changes().is_being_replaced("a"));
    world.loop.poll();
    CHECK(world.pid_of("a") == pid);
    CHECK(world.all.changes().failure_of("a").empty());
}

TEST_CASE("change_that_is_changed_again_starts_what_was_said_last") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    world.change({{with_tools("a", 2, {"--silent"}), step::replace}});
    world.change({{with_tools("a", 4), step::replace}});
    world.change({{with_tools("a", 4), step::replace}}); // it is on its way
    world.loop.run_until([&] { return !world.all.changes().is_being_replaced("a"); });
    CHECK(world.offers("a__tool_3"));
}

TEST_CASE("server_that_does_not_run_is_replaced_without_a_start") {
    changed_world world;
    world.all.add(fake_options({"--exit-with=3"}, "a"));
    const auto started = world.loop.await(
        world.all.find("a")->life().ensure_running(clock_type::now() + std::chrono::seconds{50}));
    CHECK(started.has_error());
    world.change({{with_tools("a", 2), step::replace}});
    CHECK_FALSE(world.all.changes().is_being_replaced("a"));
    CHECK(world.state_of("a") == upstream_state::not_started);
    world.must_start("a"); // at once: what failed before was another command
    CHECK(world.offers("a__tool_1"));
}

TEST_CASE("removed_server_ends_its_calls_and_then_itself") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    const auto pid = world.pid_of("a");
    world.hold("a");
    world.change({});
    CHECK(world.all.find("a") == nullptr);
    CHECK_FALSE(world.offers("a__tool_0"));
    world.loop.poll();
    CHECK(changed_world::is_alive(pid));
    CHECK(world.end().has_value());
    world.run_until_gone(pid);
}

TEST_CASE("removed_server_that_is_being_started_does_not_come_back") {
    changed_world world;
    world.all.add(fake_options({"--silent"}, "a"));
    std::optional<result<void>> started;
    world.loop.spawn(process_loop::store(
        world.all.find("a")->life().ensure_running(clock_type::now() + std::chrono::seconds{50}),
        started));
    world.loop.run_until([&] { return world.state_of("a") == upstream_state::starting; });
    world.change({});
    world.loop.run_until([&] { return started.has_value(); });
    CHECK(started->has_error());
    CHECK(world.all.find("a") == nullptr);
    world.change({{with_tools("a", 1)}}); // another one of its name
    CHECK(world.state_of("a") == upstream_state::not_started);
}

TEST_CASE("server_that_comes_back_under_its_name_is_another_one") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    const auto lineage = world.all.find("a")->uses().lineage();
    world.change({{with_tools("a", 2), step::replace}});
    world.loop.run_until([&] { return !world.all.changes().is_being_replaced("a"); });
    CHECK(world.all.find("a")->uses().lineage() == lineage); // it has taken the other's place
    const auto identity = world.all.find("a")->uses().identity();
    CHECK(world.all.find(identity) == world.all.find("a"));
    world.change({});
    CHECK(world.all.find(identity) == nullptr);
    world.change({{with_tools("a", 1)}});
    CHECK(world.all.find("a")->uses().lineage() != lineage);
    CHECK(world.all.find(identity) == nullptr);
}

TEST_CASE("added_server_is_started_where_the_others_were_started_ahead_of_their_use") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.all.start_kept(true, 4);
    world.loop.run_until([&] { return world.all.warming().empty(); });
    world.change({{with_tools("a", 1)}, {with_tools("b", 1)}}, true);
    world.loop.run_until([&] { return world.state_of("b") == upstream_state::running; });
    CHECK(world.offers("b__tool_0"));
}

TEST_CASE("resources_that_were_watched_are_watched_at_the_heir") {
    changed_world world;
    world.all.add(with_tools("a", 1));
    world.list_all();
    abort_signal never;
    const auto a = world.all.find("a");
    REQUIRE(world.loop.await(a->watches().watch("fake://one", never)).has_value());
    world.change({{with_tools("a", 2), step::replace}});
    world.loop.run_until([&] { return !world.all.changes().is_being_replaced("a"); });
    const auto heir = world.all.find("a");
    const auto told = world.loop.await(heir->places().call(tool_call("received"), nullptr, never));
    CHECK(text_of(told).find("resources/subscribe") != std::string::npos);
    world.loop.await(heir->watches().unwatch("fake://one"));
}

TEST_CASE("gateway_that_ends_while_servers_are_replaced_and_removed_leaves_none") {
    pid_t first = 0;
    pid_t second = 0;
    {
        changed_world world;
        const std::vector<child_options> both{with_tools("a", 1), with_tools("b", 1)};
        world.all.add(both);
        world.list_all();
        first = world.pid_of("a");
        second = world.pid_of("b");
        world.change({{with_tools("a", 2, {"--silent"}), step::replace}});
    }
    CHECK_FALSE(changed_world::is_alive(first));
    CHECK_FALSE(changed_world::is_alive(second));
}

TEST_CASE("random_changes_lose_no_call_and_touch_no_server_that_is_not_changed") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    change_model model{seed};
    constexpr int rounds = 12;
    constexpr int steps = 25;
    for (int round = 0; round < rounds; ++round) {
        for (int step = 0; step < steps; ++step) model.step();
        model.check_calls();
    }
}
