// SPDX-License-Identifier: Apache-2.0
#include "children/registry/registry.hpp"

#include "tests/support/process_probe.hpp"
#include "tests/support/registry_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("stale_lists_of_several_children_are_read_again_at_once") {
    registry_world world;
    for (const auto* const name : {"a", "b"})
        world.all.add(fake_options({"--era=modern", "--no-changes"}, name));
    world.list_all();
    const auto before = world.listener.catalog_changes;
    const auto later = clock_type::now() + std::chrono::minutes{1};
    abort_signal never;
    world.loop.await(world.all.refresh_stale(later, std::chrono::seconds{50}, never));
    CHECK(world.listener.catalog_changes == before + 2);
    world.loop.await(world.all.refresh_stale(clock_type::now(), std::chrono::seconds{50}, never));
    CHECK(world.listener.catalog_changes == before + 2);
}

TEST_CASE("changed_lists_and_notifications_of_a_child_reach_the_listener") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    world.list_all();
    const auto changes = world.listener.catalog_changes;
    abort_signal never;
    auto& a = *world.all.find("a");
    world.loop.await(a.places().call(tool_call("change_tools"), nullptr, never));
    world.loop.run_until([&] { return world.listener.catalog_changes > changes; });
    CHECK(world.offers("a__extra_0"));
    world.loop.await(a.places().call(tool_call("notify", R"({"method":"notifications/custom"})"),
                                     nullptr, never));
    REQUIRE(world.listener.notifications.size() == 1);
    CHECK(world.listener.notifications[0] ==
          R"(a: {"jsonrpc":"2.0","method":"notifications/custom"})");
}

namespace {

/// As if it had run: it offers one tool, and is what it is.
remembered_schema schema_with(const std::string& tool) {
    remembered_schema schema;
    schema.spoken = newest_legacy;
    schema.server_info = R"({"name":"remembered","version":"1"})";
    schema.lists.capabilities = R"({"tools":{}})";
    schema.lists.tools = {{tool, R"({"name":")" + tool + R"(","inputSchema":{"type":"object"}})"}};
    return schema;
}

std::optional<remembered_schema> schema_in(const temporary_directory& kept,
                                           const child_options& options) {
    logger log{log_level::off};
    return schema_cache{kept.str(), log}.load(options);
}

} // namespace

TEST_CASE("what_a_child_offered_is_offered_again_before_it_runs") {
    const temporary_directory kept;
    const auto options = fake_options({"--tools=2"}, "a");
    std::string tools;
    {
        registry_world world;
        world.all.keep_schemas_in(kept.str());
        world.all.add(options);
        CHECK_FALSE(world.all.find("a")->offer().is_recalled());
        world.list_all();
        tools = world.all.catalogs().merged()->tools_json();
    }
    registry_world world;
    world.all.keep_schemas_in(kept.str());
    world.all.add(options);
    auto& a = *world.all.find("a");
    CHECK(a.offer().is_recalled());
    CHECK(world.all.catalogs().merged()->tools_json() == tools);
    CHECK(world.listener.catalog_changes == 1); // what later changes are told against
    CHECK(json::parse(a.view().server_info()).at("version").is_string());
    CHECK(a.status().server_info == a.view().server_info());
    CHECK(a.view().spoken() == newest_legacy);
    world.list_all();
    CHECK(world.state_of("a") == upstream_state::not_started);
    CHECK(world.loop.await(a.life().ensure_running(clock_type::now() + long_enough)).has_value());
    CHECK_FALSE(a.offer().is_recalled());
    CHECK(world.all.catalogs().merged()->tools_json() == tools);
}

TEST_CASE("what_a_child_says_itself_takes_the_place_of_what_is_remembered") {
    const temporary_directory kept;
    const auto options = fake_options({}, "a");
    logger log{log_level::off};
    REQUIRE(schema_cache(kept.str(), log).store(options, schema_with("gone")).has_value());
    registry_world world;
    world.all.keep_schemas_in(kept.str());
    world.all.add(options);
    CHECK(world.offers("a__gone"));
    CHECK(world.all.find("a")->status().server_info == schema_with("gone").server_info);
    abort_signal never;
    world.loop.await(world.all.find("a")->places().call(tool_call("tool_0"), nullptr, never));
    CHECK_FALSE(world.offers("a__gone"));
    CHECK(world.offers("a__tool_0"));
    CHECK(world.all.find("a")->status().server_info != schema_with("gone").server_info);
    CHECK(world.listener.catalog_changes >= 2);
    const auto now = schema_in(kept, options);
    REQUIRE(now);
    CHECK(keys(now->lists.tools) == std::vector<std::string>{"tool_0"});
}

TEST_CASE("what_is_remembered_stays_where_the_child_cannot_start") {
    const temporary_directory kept;
    const auto options = fake_options({"--exit-with=1"}, "a");
    logger log{log_level::off};
    REQUIRE(schema_cache(kept.str(), log).store(options, schema_with("still")).has_value());
    registry_world world;
    world.all.keep_schemas_in(kept.str());
    world.all.add(options);
    abort_signal never;
    CHECK(world.loop.await(world.all.find("a")->places().call(tool_call("still"), nullptr, never))
              .has_error());
    CHECK(world.state_of("a") == upstream_state::failed);
    CHECK(world.offers("a__still"));
    CHECK(schema_in(kept, options));
}

TEST_CASE("lists_of_which_one_could_not_be_read_are_not_remembered") {
    const temporary_directory kept;
    auto options = fake_options({"--silent-at=prompts/list"}, "a");
    options.list_timeout = std::chrono::milliseconds{50};
    registry_world world;
    world.all.keep_schemas_in(kept.str());
    world.all.add(options);
    world.list_all();
    CHECK_FALSE(world.all.find("a")->lists().capabilities.empty());
    CHECK_FALSE(schema_in(kept, options));
}

TEST_CASE("a_directory_for_schemas_that_cannot_be_used_hinders_nobody") {
    registry_world world;
    world.all.keep_schemas_in("/dev/null/schemas");
    world.all.add(fake_options({}, "a"));
    world.list_all();
    CHECK(world.offers("a__tool_0"));
}

TEST_CASE("closing_the_registry_ends_every_child_whatever_it_is_doing") {
    registry_world world;
    auto stubborn = fake_options({"--ignore-eof", "--ignore-sigterm"}, "stubborn");
    stubborn.stop_grace = std::chrono::milliseconds{20};
    world.all.add(fake_options({}, "running"));
    world.all.add(stubborn);
    world.all.add(fake_options({"--exit-with=1"}, "failed"));
    world.list_all();
    world.all.add(fake_options({"--silent"}, "starting"));
    world.all.add(fake_options({}, "never_used"));
    world.all.find("starting")->life().keep_running();
    world.loop.await(world.all.close());
    CHECK(has_no_children());
    for (const auto& c : world.all.children()) CHECK(c->status().pid == 0);
}
