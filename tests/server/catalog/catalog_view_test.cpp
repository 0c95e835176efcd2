// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/catalog_view.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

using strings = std::vector<std::string>;

const strings own_tools{"list_registered_children", "get_child_status", "get_schema",
                        "execute_child_tool", "close_child_session", "run_workflow"};
const strings demo_tools{"echo",  "add",  "wait",  "ask",         "large_text",
                         "image", "fail", "crash", "environment", "log"};

strings prefixed(const strings& names, const std::string& prefix) {
    strings list;
    for (const auto& name : names) list.push_back(prefix + name);
    return list;
}

strings operator+(strings a, const strings& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

} // namespace

TEST_CASE("exposure_gateway_lists_own_tools_and_resources_only") {
    gateway_world world{exposing(exposure::gateway)};
    world.add(gateway_world::demo());
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        CHECK(client.names("tools/list", "tools") == own_tools);
        CHECK(client.names("prompts/list", "prompts").empty());
        CHECK(client.names("resources/list", "resources", "uri") ==
              strings{"mcp://server_summary", "mcp://children_servers"});
        CHECK(client.names("resources/templates/list", "resourceTemplates").empty());
        const auto refused = client.send("tools/call", call_members("demo__echo"));
        CHECK(data_code(refused->error()) == "TOOL_NOT_FOUND");
    }
    // Nothing of that needs the child.
    CHECK(world.upstreams().find("demo")->status().state == upstream_state::not_started);
}

TEST_CASE("exposure_all_lists_the_childrens_offers_only") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo("one"));
    world.add(gateway_world::demo("two"));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        CHECK(client.names("tools/list", "tools") ==
              prefixed(demo_tools, "one__") + prefixed(demo_tools, "two__"));
        CHECK(client.names("prompts/list", "prompts") ==
              strings{"one__summarize", "two__summarize"});
        // Both servers have the same URIs: the first one answers.
        CHECK(client.names("resources/list", "resources", "uri") ==
              strings{"demo://greeting", "demo://logo"});
        CHECK(client.names("resources/templates/list", "resourceTemplates", "uriTemplate") ==
              strings{"demo://numbers/{n}"});
        CHECK(text_of(client.call("two__add", R"({"a":1,"b":2})")) == "3");
        const auto refused = client.send("tools/call", call_members("get_schema"));
        CHECK(data_code(refused->error()) == "TOOL_NOT_FOUND");
    }
}

TEST_CASE("exposure_both_lists_own_and_childrens_offers") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    CHECK(client.names("tools/list", "tools") == own_tools + prefixed(demo_tools, "demo__"));
    CHECK(client.names("resources/list", "resources", "uri") ==
          strings{"mcp://server_summary", "mcp://children_servers", "demo://greeting",
                  "demo://logo"});
    CHECK(text_of(client.call("demo__echo", R"({"message":"hi"})")) == "hi");
    CHECK(client.call("list_registered_children").at("structuredContent").at("count") == 1);
}

TEST_CASE("scope_of_one_child_shows_it_alone_under_its_own_names") {
    gateway_world world{exposing(exposure::gateway)};
    world.add(gateway_world::demo("one"));
    world.add(gateway_world::demo("two"));
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client client{world, scoped("two", spoken)};
        CHECK(client.names("tools/list", "tools") == demo_tools);
        CHECK(client.names("prompts/list", "prompts") == strings{"summarize"});
        CHECK(client.names("resources/list", "resources", "uri") ==
              strings{"demo://greeting", "demo://logo"});
        CHECK(text_of(client.call("echo", R"({"message":"hi"})")) == "hi");
        for (const char* const hidden : {"get_schema", "two__echo", "one__echo"})
            CHECK(data_code(client.send("tools/call", call_members(hidden))->error()) ==
                  "TOOL_NOT_FOUND");
    }
    CHECK(world.upstreams().find("one")->status().state == upstream_state::not_started);
    CHECK_FALSE(world.front().check_scope("one", true).has_error());
    CHECK(world.front().check_scope("three", true).has_error());
}

TEST_CASE("prefix_policies_reach_the_right_child") {
    struct row {
        prefix_policy policy;
        strings names; ///< of `add`, in the order of the children
    };
    for (const auto& r : {row{prefix_policy::always, {"one-add", "two-add"}},
                          row{prefix_policy::on_conflict, {"one-add", "two-add"}},
                          row{prefix_policy::never, {"add", ""}}}) {
        auto options = exposing(exposure::all);
        options.naming.prefix = r.policy;
        options.naming.separator = "-";
        gateway_world world{options};
        world.add(gateway_world::demo("one"));
        auto second = gateway_world::demo("two");
        second.cwd = "/";
        world.add(second);
        gateway_client client{world, {}};
        const auto names = client.names("tools/list", "tools");
        for (const auto& name : r.names) {
            CAPTURE(name);
            if (!name.empty()) CHECK(std::ranges::find(names, name) != names.end());
        }
        const bool is_merged = r.policy == prefix_policy::never;
        CHECK(names.size() == demo_tools.size() * (is_merged ? 1 : 2));
        const auto where = client.call(is_merged ? "environment" : "two-environment");
        CHECK((where.at("structuredContent").at("cwd") == "/") == !is_merged);
    }
}

TEST_CASE("on_conflict_leaves_unique_names_alone") {
    auto options = exposing(exposure::all);
    options.naming.prefix = prefix_policy::on_conflict;
    gateway_world world{options};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("fake", {"legacy"}));
    gateway_client client{world, {}};
    CHECK(text_of(client.call("add", R"({"a":2,"b":2})")) == "4");
    CHECK(text_of(client.call("who")).empty());
}

TEST_CASE("names_of_two_servers_beyond_64_characters_are_short_unique_and_callable") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("left", {"legacy", "long-names"}));
    world.add(gateway_world::fake("right", {"modern", "long-names"}));
    gateway_client client{world, {}};
    const auto names = client.names("tools/list", "tools");
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
    std::size_t long_ones = 0;
    for (const auto& name : names) {
        CHECK(name.size() <= 64);
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_-") == name.npos);
        if (name.find("__nnn") == name.npos) continue;
        ++long_ones;
        // The tool answers with the line that it was sent: it has the original name.
        const auto seen = text_of(client.call(name));
        CHECK(seen.find(std::string(80, 'n') + "_") != seen.npos);
    }
    CHECK(long_ones == 4);
    const auto odd = text_of(client.call("left__odd_name_here"));
    CHECK(odd.find(R"("name":"odd.name/here")") != odd.npos);
}

} // namespace mcpgw::gateway_test
