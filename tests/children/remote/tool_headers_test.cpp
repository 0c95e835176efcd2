// SPDX-License-Identifier: Apache-2.0
#include "children/remote/tool_headers.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

list_item tool(std::string name, std::string_view annotation) {
    auto json = R"({"name":")" + name + R"(","inputSchema":{"type":"object","properties":{)" +
                R"("region":{"type":"string","x-mcp-header":")" + std::string{annotation} +
                R"("},"n":{"type":"integer"}}}})";
    return {std::move(name), std::move(json)};
}

upstream_call call_of(std::string_view name, std::string_view arguments) {
    upstream_call request;
    request.method = method::tools_call;
    request.members =
        R"("arguments":)" + std::string{arguments} + R"(,"name":")" + std::string{name} + "\"";
    return request;
}

} // namespace

TEST_CASE("annotated_arguments_of_a_call_become_fields") {
    tool_headers headers;
    std::vector<list_item> tools{tool("query", "Region"), {"plain", R"({"name":"plain"})"}};
    CHECK(headers.learn(tools).empty());
    CHECK(tools.size() == 2);
    CHECK(headers.fields_of(call_of("query", R"({"region":"eu","n":1})")) ==
          param_fields{{"Mcp-Param-Region", "eu"}});
    CHECK(headers.fields_of(call_of("query", R"({"region":null})")).empty());
    CHECK(headers.fields_of(call_of("plain", R"({"region":"eu"})")).empty());
    CHECK(headers.fields_of(call_of("absent", R"({"region":"eu"})")).empty());
    auto prompt = call_of("query", R"({"region":"eu"})");
    prompt.method = method::prompts_get;
    CHECK(headers.fields_of(prompt).empty());
}

TEST_CASE("tools_with_invalid_annotations_are_taken_out_and_told_once") {
    tool_headers headers;
    const std::vector<list_item> listed{tool("good", "Region"), tool("bad", "no token")};
    auto tools = listed;
    const auto first = headers.learn(tools);
    REQUIRE(tools.size() == 1);
    CHECK(tools[0].key == "good");
    REQUIRE(first.size() == 1);
    CHECK(first[0].tool == "bad");
    CHECK(first[0].reason.find("x-mcp-header 'no token'") != std::string::npos);
    tools = listed;
    CHECK(headers.learn(tools).empty()); // no news
    CHECK(tools.size() == 1);
}

TEST_CASE("a_new_list_replaces_what_was_known") {
    tool_headers headers;
    std::vector<list_item> tools{tool("query", "Region")};
    headers.learn(tools);
    tools = {tool("query", "Zone")};
    headers.learn(tools);
    CHECK(headers.fields_of(call_of("query", R"({"region":"eu"})")) ==
          param_fields{{"Mcp-Param-Zone", "eu"}});
    tools.clear();
    headers.learn(tools);
    CHECK(headers.fields_of(call_of("query", R"({"region":"eu"})")).empty());
}

} // namespace mcpgw
