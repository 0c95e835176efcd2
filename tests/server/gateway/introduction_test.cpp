// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/introduction.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::gateway_test {

namespace {

client_traits fresh() {
    client_traits traits;
    traits.is_initialized = false;
    return traits;
}

std::string opening(const std::string& version) {
    return R"("protocolVersion":")" + version +
           R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"})";
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

} // namespace mcpgw::gateway_test
