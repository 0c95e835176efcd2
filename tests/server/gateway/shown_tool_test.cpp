// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/shown_tool.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

namespace mcpgw::gateway_test {
namespace {

child_options dressed_demo() {
    auto demo = gateway_world::demo();
    demo.tools["add"].shown.name = "plus_two";
    demo.tools["add"].arguments["b"].value = "2";
    demo.tools["echo"].arguments["message"].fallback = R"("nothing")";
    demo.prompts["summarize"].name = "sum_up";
    demo.resources["demo://greeting"].is_enabled = false;
    return demo;
}

std::string refusal(gateway_client& client, std::string_view method, const std::string& members,
                    const std::string& name) {
    auto text = json::serialize(client.send(method, members)->error());
    const auto at = text.find(name);
    return at == std::string::npos ? text : text.erase(at, name.size());
}

} // namespace

TEST_CASE("a_renamed_tool_with_a_fixed_argument_is_called_in_every_way") {
    for (const auto expose : {exposure::gateway, exposure::all, exposure::both})
        for (const auto& traits : {client_traits{}, modern()}) {
            gateway_world world{exposing(expose)};
            world.add(dressed_demo());
            gateway_client client{world, traits};
            CAPTURE(static_cast<int>(expose), static_cast<int>(traits.spoken));
            if (expose != exposure::gateway) {
                const auto listed = json::serialize(client.request("tools/list"));
                CHECK(listed.find("demo__plus_two") != std::string::npos);
                CHECK(listed.find("demo__add") == std::string::npos);
                CHECK(text_of(client.call("demo__plus_two", R"({"a":5})")) == "7");
                CHECK(text_of(client.call("demo__echo")) == "nothing");
                CHECK(text_of(client.call("demo__echo", R"({"message":"m"})")) == "m");
                const auto given =
                    client.send("tools/call", call_members("demo__plus_two", R"({"a":5,"b":3})"));
                CHECK(code_of(*given) == "INVALID_ARGS");
                CHECK(refusal(client, "tools/call", call_members("demo__add"), "demo__add") ==
                      refusal(client, "tools/call", call_members("demo__adx"), "demo__adx"));
            }
            if (expose == exposure::all) continue;
            const auto schema = client.call("get_schema", on("demo", R"(,"tool_name":"plus_two")"));
            CHECK_FALSE(is_error(schema));
            const auto text = json::serialize(schema.at("structuredContent"));
            CHECK(text.find(R"("required":["a"])") != std::string::npos);
            CHECK(text.find("Second number") == std::string::npos);
            const auto execute = [&client](const std::string& tool, const std::string& arguments) {
                return client.call("execute_child_tool", execution("demo", tool, arguments));
            };
            CHECK(text_of(execute("plus_two", R"({"a":5})")) == "7");
            CHECK(failure_of(execute("plus_two", R"({"a":5,"b":3})")) == "INVALID_ARGS");
            CHECK(failure_of(execute("add", R"({"a":5})")) == "TOOL_NOT_FOUND");
        }
}

TEST_CASE("a_renamed_prompt_is_listed_got_and_completed_under_its_new_name") {
    gateway_world world{exposing(exposure::all)};
    world.add(dressed_demo());
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        CHECK(client.names("prompts/list", "prompts") == std::vector<std::string>{"demo__sum_up"});
        const std::string arguments = R"(,"arguments":{"text":"long"})";
        CHECK(client.request("prompts/get", R"("name":"demo__sum_up")" + arguments)
                  .as_object()
                  .contains("messages"));
        CHECK(refusal(client, "prompts/get", R"("name":"demo__summarize")", "summarize") ==
              refusal(client, "prompts/get", R"("name":"demo__summarixe")", "summarixe"));
    }
}

TEST_CASE("a_hidden_resource_is_read_nowhere_not_even_at_its_server") {
    gateway_world world{exposing(exposure::all)};
    world.add(dressed_demo());
    for (const auto& traits :
         {client_traits{}, modern(), scoped("demo"), scoped("demo", era::modern)}) {
        gateway_client client{world, traits};
        const auto uris = client.names("resources/list", "resources", "uri");
        CHECK(std::ranges::find(uris, "demo://greeting") == uris.end());
        const auto read = R"("uri":"demo://greeting")";
        if (traits.scope.empty())
            CHECK(refusal(client, "resources/read", read, "greeting") ==
                  refusal(client, "resources/read", R"("uri":"demo://greetinx")", "greetinx"));
        else // where what is not listed is the server's to refuse, in its own words
            CHECK(code_of(*client.send("resources/read", read)) == "RESOURCE_NOT_FOUND");
    }
}

} // namespace mcpgw::gateway_test
