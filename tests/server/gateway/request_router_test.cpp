// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/request_router.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

namespace mcpgw::gateway_test {

TEST_CASE("headers_of_annotated_parameters_must_match_the_arguments") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, modern()};
    const auto members = call_members("old__routed", R"({"region":"eu"})");

    const auto missing = client.send("tools/call", members);
    CHECK(missing->http_status() == 400);
    CHECK(missing->error().at("code").as_int64() == -32020);
    client.param_headers = {{"mcp-param-region", "us"}};
    const auto wrong = client.send("tools/call", members);
    CHECK(wrong->http_status() == 400);
    CHECK(wrong->error().at("message") ==
          "Header mismatch: Mcp-Param-Region value 'us' does not match params.arguments.region in "
          "the body");
    client.param_headers = {{"mcp-param-region", "eu"}, {"Mcp-Param-Zone", "unknown"}};
    CHECK(client.send("tools/call", members)->http_status() == 200);
    CHECK_FALSE(is_error(client.call("old__routed", R"({"region":"eu"})")));
    // What is not annotated needs none, and the schema of another tool does not matter.
    client.param_headers.clear();
    CHECK_FALSE(is_error(client.call("old__routed", R"({"region":null})")));
    CHECK_FALSE(is_error(client.call("old__inspect", R"({"region":"eu"})")));
    // Without such headers in its protocol, a client owes none.
    gateway_client legacy{world, {}};
    CHECK_FALSE(is_error(legacy.call("old__routed", R"({"region":"eu"})")));
}

TEST_CASE("unknown_tool_name_of_any_length_does_not_flood_the_error") {
    gateway_world world;
    gateway_client client{world, {}};
    const auto error = client.send("tools/call", call_members(std::string(100'000, 'x')))->error();
    CHECK(error.at("message").as_string().size() < 400);
}

TEST_CASE("resources_are_read_by_uri_and_by_template") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto text = [&](const std::string& uri) {
            const auto result = client.request("resources/read", R"("uri":")" + uri + "\"");
            CHECK(result.at("contents").at(0).at("uri").as_string() == uri);
            return std::string{result.at("contents").at(0).at("text").as_string()};
        };
        CHECK(text("demo://greeting") == "Hello from the demo server.");
        CHECK(text("demo://numbers/12") == R"({"n":12,"square":144})");
        CHECK(text("mcp://server_summary").find(R"("total":1)") != std::string::npos);
        CHECK(text("mcp://children_servers").find(R"("server_id":"demo")") != std::string::npos);
        const auto logo = client.request("resources/read", R"("uri":"demo://logo")");
        CHECK(logo.at("contents").at(0).at("mimeType") == "image/png");
        CHECK(logo.at("contents").at(0).at("blob").as_string().size() > 100);
        CHECK(logo.as_object().contains("ttlMs") == (traits.spoken == era::modern));
    }
}

TEST_CASE("missing_resource_has_the_code_of_the_clients_era") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client old_client{world, {}};
    gateway_client new_client{world, modern()};
    // The first leads nowhere; the second matches a template, so the child is asked.
    for (const std::string uri : {"demo://nothing", "demo://numbers/x"}) {
        CAPTURE(uri);
        const auto members = R"("uri":")" + uri + "\"";
        const auto old_error = old_client.send("resources/read", members)->error();
        CHECK(old_error.at("code") == -32002);
        CHECK(old_error.at("data").at("uri").as_string() == uri);
        const auto new_error = new_client.send("resources/read", members)->error();
        CHECK(new_error.at("code") == -32602);
        CHECK(new_error.at("data").at("uri").as_string() == uri);
    }
}

TEST_CASE("resource_that_a_server_does_not_list_is_read_in_its_own_scope") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client merged{world, {}};
    CHECK(merged.send("resources/read", R"("uri":"fake://hidden")")->error().at("code") == -32002);
    gateway_client alone{world, scoped("old")};
    const auto call = alone.send("resources/read", R"("uri":"fake://hidden")");
    CHECK(call->raw_result() ==
          R"({"contents":[{"uri":"fake://hidden","text":"n = 1.0"}],"x":1.0})");
    gateway_client modern_alone{world, scoped("old", era::modern)};
    const auto missing = modern_alone.send("resources/read", R"("uri":"fake://none")")->error();
    CHECK(missing.at("code") == -32602);
    CHECK(missing.at("data").at("uri") == "fake://none");
}

TEST_CASE("prompts_and_completions_are_found_by_their_public_names") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo("one"));
    world.add(gateway_world::demo("two"));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto prompt =
            client.request("prompts/get", R"("name":"two__summarize","arguments":{"text":"T"})");
        CHECK(prompt.at("messages").at(0).at("content").at("text").as_string().ends_with("T"));
        const auto style = client.request("completion/complete",
                                          R"("ref":{"type":"ref/prompt","name":"two__summarize"},)"
                                          R"("argument":{"name":"style","value":"b"})");
        CHECK(style.at("completion").at("values") == json::array{"bullet points"});
        const auto number = client.request(
            "completion/complete", R"("argument":{"name":"n","value":"2"},)"
                                   R"("ref":{"uri":"demo://numbers/{n}","type":"ref/resource"})");
        CHECK(number.at("completion").at("values") == json::array{"2", "20"});
        // The child's own refusal comes back.
        const auto refused = client.send("prompts/get", R"("name":"one__summarize")");
        CHECK(refused->error().at("code") == -32602);
    }
    gateway_client alone{world, scoped("two")};
    const auto style =
        alone.request("completion/complete", R"("ref":{"type":"ref/prompt","name":"summarize"},)"
                                             R"("argument":{"name":"style","value":"sh"})");
    CHECK(style.at("completion").at("values") == json::array{"short"});
}

TEST_CASE("tool_named_like_one_of_the_gateways_own_is_not_listed_twice") {
    auto options = exposing(exposure::both);
    options.naming.prefix = prefix_policy::never;
    gateway_world world{options};
    world.add(gateway_world::fake("shadow", {"modern", "own-names"}));
    gateway_client client{world, {}};
    const auto names = client.names("tools/list", "tools");
    CHECK(std::ranges::count(names, "get_schema") == 1);
    // The gateway's own answers; the server's is reached through execute_child_tool.
    const auto own = client.call("get_schema", R"({"server_id":"shadow","tool_name":"inspect"})");
    CHECK(own.at("structuredContent").at("server_id") == "shadow");
    const auto other =
        client.call("execute_child_tool", R"({"server_id":"shadow","tool_name":"get_schema"})");
    CHECK(text_of(other).find("Unknown tool") != std::string::npos); // as this server answers it
    // Without own tools beside it, the server keeps the name.
    options.expose = exposure::all;
    gateway_world alone{options};
    alone.add(gateway_world::fake("shadow", {"modern", "own-names"}));
    gateway_client plain{alone, {}};
    CHECK(std::ranges::count(plain.names("tools/list", "tools"), "get_schema") == 1);
}

TEST_CASE("resource_that_a_tool_linked_to_is_read_from_its_server") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto read = [&](const std::string& uri) {
            return client.send("resources/read", R"("uri":")" + uri + "\"");
        };
        if (traits.spoken == era::legacy)
            CHECK(read("fake://hidden")->error().at("code") == -32002);
        client.call("old__links");
        CHECK(read("fake://hidden")->result().at("contents").at(0).at("text") == "n = 1.0");
        CHECK(read("fake://inner")->result().at("contents").at(0).at("text") == "legacy");
        // The newest link counts, also where the gateway's own tool brought it.
        client.call("execute_child_tool", R"({"server_id":"new","tool_name":"links"})");
        CHECK(read("fake://inner")->result().at("contents").at(0).at("text") == "modern");
    }
}

TEST_CASE("link_that_another_client_saw_leads_nowhere") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client first{world, {}};
    first.call("old__links");
    gateway_client second{world, {}};
    gateway_client third{world, modern()};
    const auto uri = R"("uri":"fake://inner")";
    CHECK(first.send("resources/read", uri)->result().as_object().contains("contents"));
    CHECK(second.send("resources/read", uri)->error().at("code") == -32002);
    CHECK(third.send("resources/read", uri)->error().at("code") == -32602);
    // It can be watched as well.
    first.request("resources/subscribe", uri);
    CHECK(text_of(second.call("old__subscriptions")).find("fake://inner") != std::string::npos);
}

} // namespace mcpgw::gateway_test
