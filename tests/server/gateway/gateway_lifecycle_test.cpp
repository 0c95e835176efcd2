// SPDX-License-Identifier: Apache-2.0
// How clients of both eras open, and what their sessions hear. Sources: gateway_lifecycle.cpp.
#include "server/gateway/gateway.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

client_traits fresh() {
    client_traits traits;
    traits.is_initialized = false;
    return traits;
}

client_traits modern() {
    client_traits traits;
    traits.spoken = era::modern;
    return traits;
}

std::string opening(const std::string& version) {
    return R"("protocolVersion":")" + version +
           R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"})";
}

std::string uri(const std::string& text) {
    return R"("uri":")" + text + "\"";
}

std::vector<std::string> methods_of(const std::vector<json::value>& messages) {
    std::vector<std::string> list;
    for (const auto& message : messages) list.emplace_back(message.at("method").as_string());
    return list;
}

} // namespace

TEST_CASE("initialize_agrees_on_every_revision_that_a_client_may_ask_for") {
    struct row {
        std::string asked, agreed;
    };
    for (const auto& r :
         {row{"2024-11-05", "2024-11-05"}, row{"2025-03-26", "2025-03-26"},
          row{"2025-06-18", "2025-06-18"}, row{"2025-11-25", "2025-11-25"},
          // Unknown, older, newer, or of the era without initialize: ours.
          row{"2023-01-01", "2025-11-25"}, row{"2099-01-01", "2025-11-25"},
          row{"1.0", "2025-11-25"}, row{"", "2025-11-25"}, row{"2026-07-28", "2025-11-25"}}) {
        CAPTURE(r.asked);
        gateway_world world;
        gateway_client client{world, fresh()};
        const auto result = client.request("initialize", opening(r.asked));
        CHECK(result.at("protocolVersion").as_string() == r.agreed);
        CHECK(result.at("serverInfo").at("name") == "mcp-gateway");
        CHECK(result.at("serverInfo").at("version") == MCPGW_VERSION);
        CHECK(to_string(client.session().spoken) == r.agreed);
        CHECK(client.session().is_initialized);
    }
}

TEST_CASE("initialize_without_a_version_is_answered_with_ours_and_is_sent_once") {
    gateway_world world;
    for (const std::string version :
         {"", R"("protocolVersion":null)", R"("protocolVersion":7)", R"("protocolVersion":"")",
          R"("protocolVersion":"latest")", R"("protocolVersion":"2026-07-28")"}) {
        CAPTURE(version);
        gateway_client client{world, fresh()};
        CHECK(client.request("initialize", version).at("protocolVersion") == "2025-11-25");
    }
    gateway_client client{world, fresh()};
    client.request("initialize", opening("2025-11-25"));
    // A second one would change what the session agreed on.
    CHECK(client.send("initialize", opening("2024-11-05"))->error().at("code") == -32600);
    CHECK(client.session().spoken == revision::r2025_11_25);
}

TEST_CASE("initialize_tells_what_is_exposed") {
    struct row {
        exposure expose;
        bool has_prompts, has_list_changed;
    };
    for (const auto& r : {row{exposure::gateway, false, false}, row{exposure::all, true, true},
                          row{exposure::both, true, true}}) {
        gateway_world world{exposing(r.expose)};
        world.add(gateway_world::demo());
        gateway_client client{world, fresh()};
        const auto result = client.request("initialize", opening("2025-11-25"));
        const auto& offered = result.at("capabilities").as_object();
        CHECK(offered.contains("tools"));
        CHECK(offered.contains("resources"));
        CHECK(offered.contains("logging"));
        CHECK(offered.contains("prompts") == r.has_prompts);
        CHECK(offered.contains("completions") == r.has_prompts);
        CHECK(offered.at("tools").as_object().contains("listChanged") == r.has_list_changed);
        CHECK(offered.at("resources").as_object().contains("subscribe") == r.has_list_changed);
    }
}

TEST_CASE("scoped_initialize_offers_what_the_child_offers") {
    gateway_world world;
    world.add(gateway_world::fake("old", {"legacy"}));
    auto traits = fresh();
    traits.scope = "old";
    gateway_client client{world, traits};
    const auto result = client.request("initialize", opening("2025-11-25"));
    const auto& offered = result.at("capabilities").as_object();
    CHECK(offered.at("tools").at("listChanged") == true);
    CHECK(offered.at("resources").at("subscribe") == true);
    CHECK_FALSE(offered.contains("prompts"));
    CHECK(result.at("instructions") == "Handle with care.");
    // An endpoint of one server looks like that server.
    CHECK(result.at("serverInfo").at("name") == "fake");
}

TEST_CASE("endpoint_of_one_server_is_as_good_as_the_server_itself") {
    auto options = exposing(exposure::all);
    options.naming.prefix = prefix_policy::never;
    gateway_world world{options};
    world.add(gateway_world::fake("old", {"legacy", "plain"}));
    for (const std::string scope : {"old", ""}) { // all there is counts as its own endpoint
        CAPTURE(scope);
        auto traits = fresh();
        traits.scope = scope;
        gateway_client client{world, traits};
        const auto call = client.send("initialize", opening("2025-11-25"));
        CHECK(call->raw_result() ==
              R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{},)"
              R"("resources":{"listChanged":true},"experimental":{"x":{"n":1.0}}},)"
              R"("serverInfo":{"name":"fake","version":"9"},"instructions":"Handle with care."})");
        traits.spoken = era::modern;
        gateway_client newer{world, traits};
        for (const char* const name : {"server/discover", "tools/list", "resources/list"}) {
            const auto result = newer.request(name);
            CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("version") == "9");
        }
        const auto hidden = newer.request("resources/read", R"("uri":"fake://hidden")");
        CHECK(hidden.as_object().contains("contents"));
    }
    // With a second server the gateway is somebody of its own.
    world.add(gateway_world::demo());
    gateway_client client{world, fresh()};
    const auto result = client.request("initialize", opening("2025-11-25"));
    CHECK(result.at("serverInfo").at("name") == "mcp-gateway");
    CHECK(result.at("capabilities").at("tools").at("listChanged") == true);
}

TEST_CASE("instructions_of_the_operator_stand_before_those_of_the_only_server") {
    auto options = exposing(exposure::all);
    options.naming.prefix = prefix_policy::never;
    options.instructions = "Be kind.";
    gateway_world world{options};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, fresh()};
    CHECK(client.request("initialize", opening("2025-11-25")).at("instructions") ==
          "Be kind.\n\nHandle with care.");
}

TEST_CASE("scoped_initialize_fails_while_the_child_cannot_start") {
    gateway_world world;
    auto broken = gateway_world::demo("broken");
    broken.command = "/nonexistent/program";
    world.add(broken);
    auto traits = fresh();
    traits.scope = "broken";
    gateway_client client{world, traits};
    const auto error = client.send("initialize", opening("2025-11-25"))->error();
    CHECK(error.at("data").at("code") == "SERVER_FAILED");
    CHECK_FALSE(client.session().is_initialized);
    traits.spoken = era::modern;
    gateway_client newer{world, traits};
    CHECK(newer.send("server/discover")->error().at("data").at("code") == "SERVER_FAILED");
}

TEST_CASE("discover_names_all_revisions_and_what_is_exposed") {
    auto options = exposing(exposure::both);
    options.instructions = "Be kind.";
    gateway_world world{options};
    world.add(gateway_world::demo());
    gateway_client client{world, modern()};
    client.names("tools/list", "tools"); // the child's instructions are known once it has run
    const auto result = client.request("server/discover");
    CHECK(result.at("resultType") == "complete");
    CHECK(result.at("supportedVersions") ==
          json::array{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"});
    CHECK(result.at("capabilities").at("prompts").at("listChanged") == true);
    // Updates of single resources, through subscriptions/listen (2026-07-28, server/resources,
    // "Capabilities").
    CHECK(result.at("capabilities").at("resources").at("subscribe") == true);
    CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") == "mcp-gateway");
    const std::string text{result.at("instructions").as_string()};
    CAPTURE(text);
    CHECK(text.starts_with("Be kind.\n\n"));
    CHECK(text.find("execute_child_tool") != text.npos);
    CHECK(text.find("demo: A demo server") != text.npos);
}

TEST_CASE("instructions_explain_only_what_is_exposed") {
    gateway_world world{exposing(exposure::all)};
    gateway_client client{world, modern()};
    CHECK_FALSE(client.request("server/discover").as_object().contains("instructions"));
}

TEST_CASE("log_level_must_be_a_known_name") {
    gateway_world world;
    gateway_client client{world, {}};
    for (const std::string bad : {R"("level":"loud")", R"("level":7)", R"("x":1)"}) {
        CAPTURE(bad);
        const auto error = client.send("logging/setLevel", bad)->error();
        CHECK(error.at("code") == -32602);
        CHECK(error.at("message").as_string().find("notice") != std::string::npos);
    }
    CHECK_FALSE(client.session().log_level);
    client.request("logging/setLevel", R"("level":"error")");
    CHECK(client.session().log_level == parse_log_level("error"));
}

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
        const auto now = world.upstreams().merged();
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
        const auto now = world.upstreams().merged();
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

TEST_CASE("resource_updates_reach_those_who_subscribed") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client first{world, {}};
    gateway_client second{world, {}};
    gateway_client third{world, {}};
    for (auto* const client : {&first, &second})
        CHECK(client->request("resources/subscribe", uri("fake://doc")) == json::object{});
    // The child was asked once: one subscription serves all.
    CHECK(text_of(third.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    for (auto* const client : {&first, &second, &third}) client->take_session_messages();

    third.call("old__touch", R"({"uri":"fake://doc"})");
    third.call("old__touch", R"({"uri":"fake://other"})");
    for (auto* const client : {&first, &second}) {
        const auto heard = client->take_session_messages();
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].at("method") == "notifications/resources/updated");
        CHECK(heard[0].at("params").at("uri") == "fake://doc");
    }
    CHECK(third.take_session_messages().empty());

    first.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(third.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    second.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(third.call("old__subscriptions")) ==
          R"(resources/subscribe "fake://doc",resources/unsubscribe "fake://doc")");
    third.call("old__touch", R"({"uri":"fake://doc"})");
    CHECK(first.take_session_messages().empty());
    CHECK(second.take_session_messages().empty());
}

TEST_CASE("live_subscriptions_survive_the_death_of_their_server_and_count_as_one_change") {
    struct row {
        child_options options;
        std::string resource;
    };
    for (auto& [options, resource] :
         std::vector<row>{{gateway_world::fake("old", {"legacy"}), "fake://doc"},
                          {gateway_world::demo("old"), "demo://greeting"}}) {
        gateway_world world{exposing(exposure::gateway)};
        options.start = start_policy::lazy; // what brings it back is that somebody listens
        world.add(options);
        client_traits scoped;
        scoped.scope = "old";
        gateway_client client{world, scoped};
        client.request("resources/subscribe", uri(resource));
        client.take_session_messages();
        auto& server = *world.upstreams().find("old");
        const auto first_pid = server.status().pid;
        REQUIRE(::kill(static_cast<pid_t>(first_pid), SIGKILL) == 0);
        std::size_t changes = 0;
        const auto listen = [&] {
            for (const auto& message : client.take_session_messages())
                if (message.at("method") == "notifications/resources/updated") ++changes;
            return changes > 0;
        };
        world.run_until(listen);
        CHECK(server.status().pid != first_pid);
        if (resource != "fake://doc") continue;
        CHECK(text_of(client.call("subscriptions")) == R"(resources/subscribe "fake://doc")");
        // A real change afterwards is the second one: nothing was told twice.
        client.call("touch", R"({"uri":"fake://doc"})");
        listen();
        CHECK(changes == 2);
    }
}

TEST_CASE("subscribing_twice_is_harmless_and_needs_a_uri") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    client.request("resources/subscribe", uri("fake://doc"));
    client.request("resources/subscribe", uri("fake://doc"));
    CHECK(text_of(client.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    CHECK(client.send("resources/subscribe")->error().at("code") == -32602);
    // Resources of the gateway and of modern children: nobody has to be asked.
    CHECK(client.request("resources/subscribe", uri("mcp://server_summary")) == json::object{});
}

TEST_CASE("stopped_gateway_refuses_requests_and_is_not_ready") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    CHECK_FALSE(world.front().readiness(false).has_error());
    world.front().stop();
    CHECK(world.front().readiness(false).has_error());
    for (const char* const name : {"tools/list", "ping", "no/such"}) {
        const auto call = client.send(name);
        CHECK(call->error().at("data").at("code") == "GATEWAY_STOPPING");
        CHECK(call->http_status() == 503);
    }
}

TEST_CASE("gateway_is_not_ready_while_a_kept_child_starts") {
    gateway_world world{exposing(exposure::all)};
    auto kept = gateway_world::demo();
    kept.start = start_policy::pre_warm;
    world.add(kept);
    CHECK_FALSE(world.front().readiness(false).has_error());
    world.upstreams().start_kept(true, 8);
    const auto ready = world.front().readiness(false);
    REQUIRE(ready.has_error());
    CHECK(ready.error().code == errc::server_busy);
    CHECK(ready.error().message() == "servers that are being started: demo");
    world.run_until([&] { return !world.front().readiness(false).has_error(); });
    CHECK(world.upstreams().find("demo")->status().state == upstream_state::running);
}

} // namespace mcpgw::gateway_test
