// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/change_reporter.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

client_traits fresh() {
    client_traits traits;
    traits.is_initialized = false;
    return traits;
}

std::vector<std::string> methods_of(const std::vector<json::value>& messages) {
    std::vector<std::string> list;
    for (const auto& message : messages) list.emplace_back(message.at("method").as_string());
    return list;
}

} // namespace

TEST_CASE("list_changed_reaches_legacy_sessions_that_see_the_list") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::demo());
    gateway_client merged{world, {}};
    client_traits scope;
    scope.scope = "old";
    gateway_client alone{world, scope};
    scope.scope = "demo";
    gateway_client elsewhere{world, scope};
    gateway_client unopened{world, fresh()};
    merged.names("tools/list", "tools");
    for (auto* const client : {&merged, &alone, &elsewhere}) client->take_session_messages();

    merged.call("old__grow");
    world.run_until([&] {
        const auto now = world.upstreams().catalogs().merged();
        return now->tools_json().find("grown_") != std::string::npos;
    });
    const std::vector<std::string> changed{"notifications/tools/list_changed"};
    CHECK(methods_of(merged.take_session_messages()) == changed);
    CHECK(methods_of(alone.take_session_messages()) == changed);
    CHECK(elsewhere.take_session_messages().empty());
    CHECK(unopened.take_session_messages().empty());
    const auto names = merged.names("tools/list", "tools");
    CHECK(std::ranges::any_of(names,
                              [](const auto& name) { return name.starts_with("old__grown_"); }));
}

TEST_CASE("list_changed_is_not_sent_where_own_tools_are_all_there_is") {
    gateway_world world{exposing(exposure::gateway)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client merged{world, {}};
    client_traits scope;
    scope.scope = "old";
    gateway_client alone{world, scope};
    alone.take_session_messages();
    alone.call("grow");
    world.run_until([&] {
        const auto now = world.upstreams().catalogs().merged();
        return now->tools_json().find("grown_") != std::string::npos;
    });
    CHECK(merged.take_session_messages().empty());
    CHECK(methods_of(alone.take_session_messages()) ==
          std::vector<std::string>{"notifications/tools/list_changed"});
}

TEST_CASE("restart_of_a_child_with_the_same_lists_is_no_change") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    client.names("tools/list", "tools");
    client.take_session_messages();
    client.call("close_child_session", R"({"server_id":"demo"})");
    CHECK(text_of(client.call("demo__echo", R"({"message":"x"})")) == "x");
    CHECK(client.take_session_messages().empty());
}

} // namespace mcpgw::gateway_test
