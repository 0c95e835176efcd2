// SPDX-License-Identifier: Apache-2.0
// What all servers offer; the code under test is children/registry/offered_catalogs.cpp.
#include "tests/support/fake_remote.hpp"
#include "tests/support/registry_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("the_catalog_merges_the_children_in_the_order_of_the_configuration") {
    registry_world world;
    world.all.add(fake_options({"--tools=2"}, "b"));
    world.all.add(fake_options({"--era=modern"}, "a"));
    CHECK(world.all.catalogs().merged()->tools_json() == "[]");
    world.list_all();
    const auto tools = json::parse(world.all.catalogs().merged()->tools_json());
    REQUIRE(tools.as_array().size() == 3);
    CHECK(tools.at(0).at("name") == "b__tool_0");
    CHECK(tools.at(1).at("name") == "b__tool_1");
    CHECK(tools.at(2).at("name") == "a__tool_0");
    const auto* const target = world.all.catalogs().merged()->find_tool("a__tool_0");
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

TEST_CASE("a_server_that_tells_its_lists_leaves_those_of_the_others_as_they_are") {
    registry_world world;
    world.all.add(fake_options({"--tools=3"}, "a"));
    world.all.add(fake_options({}, "b"));
    const auto& catalogs = world.all.catalogs();
    abort_signal never;
    world.loop.await(world.all.wait_for_one({world.all.find("a")}, 10s, never));
    const auto before = catalogs.only("a");
    const auto* const tool = catalogs.merged()->find_tool("a__tool_1");
    REQUIRE(tool != nullptr);
    world.list_all();
    CHECK(catalogs.only("a") == before);
    CHECK(catalogs.merged()->find_tool("a__tool_1") == tool);
    CHECK(catalogs.merged()->find_tool("b__tool_0") != nullptr);
}

TEST_CASE("one_child_alone_keeps_its_own_names") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    world.all.add(fake_options({"--prefix=other"}, "b"));
    CHECK(world.all.catalogs().only("a")->tools_json() == "[]");
    world.list_all();
    const auto tools = json::parse(world.all.catalogs().only("b")->tools_json());
    REQUIRE(tools.as_array().size() == 1);
    CHECK(tools.at(0).at("name") == "other_0");
    CHECK(world.all.catalogs().only("c") == nullptr);
    CHECK(world.all.find("c") == nullptr);
}

TEST_CASE("a_catalog_that_somebody_reads_does_not_change_under_his_eyes") {
    registry_world world;
    world.all.add(fake_options({}, "a"));
    const auto before = world.all.catalogs().merged();
    world.list_all();
    CHECK(before->tools_json() == "[]");
    CHECK(world.offers("a__tool_0"));
}

TEST_CASE("a_name_that_two_children_offer_is_a_conflict_that_the_catalog_tells") {
    registry_world world{naming_options{prefix_policy::never, "__", 64}};
    world.all.add(fake_options({}, "a"));
    world.all.add(fake_options({}, "b"));
    world.list_all();
    const auto* const target = world.all.catalogs().merged()->find_tool("tool_0");
    REQUIRE(target != nullptr);
    CHECK(target->upstream == "a");
    REQUIRE_FALSE(world.all.catalogs().merged()->conflicts().empty());
    CHECK(world.all.catalogs().merged()->conflicts().front().key == "tool_0");
}
