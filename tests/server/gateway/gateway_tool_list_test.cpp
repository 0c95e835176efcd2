// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway_tool_list.hpp"

#include "protocol/message/envelope.hpp"
#include "server/gateway/execute_arguments.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

namespace mcpgw {
namespace {

namespace json = boost::json;

/// A value of the type that a property's schema wants.
json::value sample_of(const json::value& schema) {
    const auto& type = schema.at("type");
    if (type == "string") return "x";
    if (type == "object") return json::object{};
    return 1;
}

} // namespace

TEST_CASE("own_tools_are_the_five_and_are_described_completely") {
    const auto text = own_tools_json(era::legacy);
    REQUIRE_FALSE(check_json(text).has_error());
    const auto list = json::parse(text).as_array();
    std::set<std::string> names;
    for (const auto& tool : list) {
        const std::string name{tool.at("name").as_string()};
        CAPTURE(name);
        names.insert(name);
        CHECK(is_own_tool(name));
        CHECK_FALSE(tool.at("title").as_string().empty());
        CHECK(tool.at("description").as_string().size() > 30);
        CHECK(tool.at("inputSchema").at("type") == "object");
        // Legacy clients refuse an outputSchema that is no object's.
        CHECK(tool.at("outputSchema").at("type") == "object");
        // What a child's tool does is not known here; without hints, clients expect the worst.
        CHECK(tool.as_object().contains("annotations") == (name != "execute_child_tool"));
    }
    CHECK(names == std::set<std::string>{"list_registered_children", "get_child_status",
                                         "get_schema", "execute_child_tool",
                                         "close_child_session"});
    CHECK_FALSE(is_own_tool("echo"));
    CHECK_FALSE(is_own_tool(""));
}

TEST_CASE("every_argument_that_a_schema_names_is_accepted_and_no_other") {
    const auto list = json::parse(own_tools_json(era::legacy)).as_array();
    for (const auto& tool : list) {
        const std::string name{tool.at("name").as_string()};
        const auto& schema = tool.at("inputSchema").as_object();
        CHECK(schema.at("additionalProperties") == false);
        for (const auto& [key, property] : schema.at("properties").as_object()) {
            CAPTURE(name, std::string_view{key});
            CHECK(property.as_object().contains("description"));
            const json::object arguments{{key, sample_of(property)}};
            CHECK_FALSE(parse_arguments(json::serialize(arguments), name).has_error());
        }
        if (const auto* const required = schema.if_contains("required"))
            for (const auto& key : required->as_array())
                CHECK(schema.at("properties").as_object().contains(key.as_string()));
    }
}

TEST_CASE("modern_clients_are_told_that_a_childs_result_may_be_any_value") {
    const auto modern = json::parse(own_tools_json(era::modern)).as_array();
    const auto legacy = json::parse(own_tools_json(era::legacy)).as_array();
    REQUIRE(modern.size() == legacy.size());
    for (std::size_t i = 0; i < modern.size(); ++i) {
        const bool is_execute = modern[i].at("name") == "execute_child_tool";
        CHECK(modern[i].at("outputSchema").as_object().contains("type") != is_execute);
        CHECK(modern[i].at("inputSchema") == legacy[i].at("inputSchema"));
    }
}

TEST_CASE("own_resources_are_listed_and_known") {
    const auto list = json::parse(own_resources_json()).as_array();
    REQUIRE(list.size() == 2);
    for (const auto& resource : list) {
        CHECK(is_own_resource(resource.at("uri").as_string()));
        CHECK(resource.at("mimeType") == "application/json");
    }
    CHECK_FALSE(is_own_resource("mcp://other"));
}

TEST_CASE("hidden_tools_are_neither_listed_nor_callable") {
    using namespace gateway_test;
    const auto on_demo = [](const std::string& tool) {
        return R"({"server_id":"demo","tool_name":")" + tool + R"(","arguments":{"a":1,"b":2}})";
    };
    for (const auto expose : {exposure::gateway, exposure::all, exposure::both}) {
        gateway_world world{exposing(expose)};
        auto demo = gateway_world::demo();
        demo.offered.only = {"ec*", "add"};
        demo.offered.except = {"add"};
        world.add(demo);
        gateway_client client{world, {}};
        const auto listed = json::serialize(client.request("tools/list"));
        CHECK(listed.find("demo__add") == std::string::npos);
        CHECK((listed.find("demo__echo") == std::string::npos) == (expose == exposure::gateway));
        if (expose != exposure::gateway) {
            CHECK(text_of(client.call("demo__echo", R"({"message":"m"})")) == "m");
            // The very answer to a tool that there is not, but for its name.
            const auto refusal = [&client](const std::string& tool) {
                const auto members = R"("arguments":{},"name":")" + tool + "\"";
                auto text = json::serialize(client.send("tools/call", members)->error());
                const auto at = text.find(tool);
                return at == std::string::npos ? text : text.erase(at, tool.size());
            };
            CHECK(refusal("demo__add") == refusal("demo__adx"));
        }
        if (expose == exposure::all) continue;
        for (const std::string tool : {"add", "adx"}) {
            CHECK(failure_of(client.call("execute_child_tool", on_demo(tool))) == "TOOL_NOT_FOUND");
            const auto schema = R"({"server_id":"demo","tool_name":")" + tool + "\"}";
            const auto failed = client.call("get_schema", schema);
            CHECK(failure_of(failed) == "TOOL_NOT_FOUND");
            CHECK(text_of(failed).find("It has: echo") != std::string::npos);
        }
        const auto all = client.call("get_schema", R"({"server_id":"demo"})");
        CHECK(all.at("structuredContent").at("tools").as_array().size() == 1);
    }
}

} // namespace mcpgw
