// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/registry.hpp"

#include "tests/support/fake_remote.hpp"
#include "tests/support/process_probe.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

struct recorded_listener final : registry::listener {
    std::size_t catalog_changes = 0;
    std::vector<std::string> notifications;

    void on_catalog_changed() override { ++catalog_changes; }
    void on_upstream_notification(upstream& source, std::string_view line,
                                  const envelope& /*message*/) override {
        notifications.push_back(source.name() + ": " + std::string{line});
    }
};

class registry_world {
public:
    explicit registry_world(naming_options naming = {})
        : all(loop.get_executor(), std::move(naming), nullptr, log_, {}) {
        all.set_listener(&listener);
    }
    ~registry_world() { loop.await(all.close()); }
    registry_world(const registry_world&) = delete;
    registry_world& operator=(const registry_world&) = delete;

    void list_all(std::chrono::milliseconds limit = std::chrono::seconds{50}) {
        abort_signal never;
        loop.await(all.ensure_listed(limit, never));
    }
    [[nodiscard]] upstream_state state_of(std::string_view name) const {
        return all.find(name)->status().state;
    }
    [[nodiscard]] bool offers(std::string_view tool) const {
        return all.merged()->find_tool(tool) != nullptr;
    }

    process_loop loop;
    recorded_listener listener;

private:
    logger log_{log_level::off};

public:
    registry all;
};

} // namespace

TEST_CASE("the_catalog_merges_the_children_in_the_order_of_the_configuration") {
    registry_world world;
    world.all.add(fake_options({"--tools=2"}, "b"));
    world.all.add(fake_options({"--era=modern"}, "a"));
    CHECK(world.all.merged()->tools_json() == "[]");
    world.list_all();
    const auto tools = json::parse(world.all.merged()->tools_json());
    REQUIRE(tools.as_array().size() == 3);
    CHECK(tools.at(0).at("name") == "b__tool_0");
    CHECK(tools.at(1).at("name") == "b__tool_1");
    CHECK(tools.at(2).at("name") == "a__tool_0");
    const auto* const target = world.all.merged()->find_tool("a__tool_0");
    REQUIRE(target != nullptr);
    CHECK(target->upstream == "a");
    CHECK(target->original == "tool_0");
    CHECK(world.listener.catalog_changes >= 2);
}

TEST_CASE("a_remote_server_is_in_the_catalog_like_any_other") {
    const auto answer = [](const received_request& request, const connection_pointer&) {
        const auto name = fake_remote::name_of(request);
        if (name == "server/discover") return fake_reply{response_text("404 Not Found", "", "")};
        if (name == "GET") return fake_reply{response_text("405 Method Not Allowed", "", "")};
        if (name.starts_with("notifications/")) return fake_reply{accepted()};
        const std::string_view result =
            name == "initialize" ? R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}},)"
                                   R"("serverInfo":{"name":"s","version":"1"}})"
                                 : R"({"tools":[{"name":"far","inputSchema":{"type":"object"}}]})";
        return fake_reply{json_response(result_of(fake_remote::id_of(request), result))};
    };
    registry_world world;
    fake_remote server{answer};
    server.start(world.loop);
    auto remote = fake_options({}, "remote");
    remote.remote.url = server.url();
    world.all.add(fake_options({}, "process"));
    world.all.add(remote);
    world.list_all();
    CHECK(world.offers("process__tool_0"));
    CHECK(world.offers("remote__far"));
    CHECK(world.all.find("remote")->status().state == upstream_state::running);
    CHECK(world.all.find("remote")->status().pid == 0);
    world.loop.await(world.all.close());
    server.close();
    world.loop.finish(); // before the server goes
}

TEST_CASE("one_child_alone_keeps_its_own_names") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    world.all.add(fake_options({"--prefix=other"}, "b"));
    CHECK(world.all.only("a")->tools_json() == "[]");
    world.list_all();
    const auto tools = json::parse(world.all.only("b")->tools_json());
    REQUIRE(tools.as_array().size() == 1);
    CHECK(tools.at(0).at("name") == "other_0");
    CHECK(world.all.only("c") == nullptr);
    CHECK(world.all.find("c") == nullptr);
}

TEST_CASE("a_catalog_that_somebody_reads_does_not_change_under_his_eyes") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    const auto before = world.all.merged();
    world.list_all();
    CHECK(before->tools_json() == "[]");
    CHECK(world.offers("a__tool_0"));
}

TEST_CASE("a_name_that_two_children_offer_is_a_conflict_that_the_catalog_tells") {
    registry_world world{naming_options{prefix_policy::never, "__", 64}};
    world.all.add(fake_options({}, "a"));
    world.all.add(fake_options({}, "b"));
    world.list_all();
    const auto* const target = world.all.merged()->find_tool("tool_0");
    REQUIRE(target != nullptr);
    CHECK(target->upstream == "a");
    REQUIRE_FALSE(world.all.merged()->conflicts().empty());
    CHECK(world.all.merged()->conflicts().front().key == "tool_0");
}

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
    const auto tools = json::parse(world.all.merged()->tools_json());
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
    const auto prompts = json::parse(world.all.merged()->prompts_json());
    CHECK(prompts.as_array().size() == 5);
}

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

TEST_CASE("children_are_kept_running_as_their_start_policy_says") {
    for (const bool is_listing : {false, true}) {
        registry_world world;
        auto lazy = fake_options({}, "lazy");
        lazy.start = start_policy::lazy;
        auto eager = fake_options({}, "eager");
        eager.start = start_policy::pre_warm;
        for (const auto& options : {lazy, eager, fake_options({}, "automatic")})
            world.all.add(options);
        world.all.start_kept(is_listing, 8);
        world.loop.poll();
        const auto other = is_listing ? upstream_state::starting : upstream_state::not_started;
        CHECK(world.state_of("lazy") == upstream_state::not_started);
        CHECK(world.state_of("eager") == upstream_state::starting);
        CHECK(world.state_of("automatic") == other);
    }
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
        CHECK_FALSE(world.all.find("a")->is_recalled());
        world.list_all();
        tools = world.all.merged()->tools_json();
    }
    registry_world world;
    world.all.keep_schemas_in(kept.str());
    world.all.add(options);
    auto& a = *world.all.find("a");
    CHECK(a.is_recalled());
    CHECK(world.all.merged()->tools_json() == tools);
    CHECK(world.listener.catalog_changes == 1); // what later changes are told against
    CHECK(json::parse(a.server_info()).at("version").is_string());
    CHECK(a.status().server_info == a.server_info());
    CHECK(a.spoken() == newest_legacy);
    world.list_all();
    CHECK(world.state_of("a") == upstream_state::not_started);
    CHECK(world.loop.await(a.life().ensure_running(clock_type::now() + long_enough)).has_value());
    CHECK_FALSE(a.is_recalled());
    CHECK(world.all.merged()->tools_json() == tools);
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

TEST_CASE("a_start_that_a_list_began_goes_on_when_the_list_waits_no_more") {
    registry_world world;
    auto slow = fake_options({"--silent-at=server/discover"}, "slow");
    slow.start = start_policy::lazy;
    slow.probe_timeout = std::chrono::milliseconds{100};
    world.all.add(slow);
    world.list_all(std::chrono::milliseconds{1});
    CHECK_FALSE(world.offers("slow__tool_0"));
    world.loop.run_until([&world] { return world.offers("slow__tool_0"); });
    CHECK(world.all.is_listed());
}
