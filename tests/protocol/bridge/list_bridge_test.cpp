// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/list_bridge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

namespace {
constexpr auto r2024 = revision::r2024_11_05;
constexpr auto r03 = revision::r2025_03_26;
constexpr auto r06 = revision::r2025_06_18;
constexpr auto r11 = revision::r2025_11_25;
constexpr auto modern = revision::r2026_07_28;

std::string output(std::string_view schema) {
    return R"({"name":"t","outputSchema":)" + std::string{schema} + "}";
}
std::string wrapped(std::string_view schema) {
    return output(R"({"type":"object","properties":{"result":)" + std::string{schema} +
                  R"(},"required":["result"]})");
}
} // namespace

TEST_CASE("methods_and_members_of_the_four_lists_belong_together") {
    CHECK(list_of("tools/list") == list_kind::tools);
    CHECK(list_of("prompts/list") == list_kind::prompts);
    CHECK(list_of("resources/list") == list_kind::resources);
    CHECK(list_of("resources/templates/list") == list_kind::templates);
    CHECK(array_key(list_kind::tools) == "tools");
    CHECK(array_key(list_kind::prompts) == "prompts");
    CHECK(array_key(list_kind::resources) == "resources");
    CHECK(array_key(list_kind::templates) == "resourceTemplates");
}

TEST_CASE("entries_lose_what_the_clients_revision_does_not_have") {
    constexpr std::string_view tool =
        R"({"name":"t","title":"T","icons":[],"annotations":{"readOnlyHint":true},)"
        R"("execution":{"taskSupport":"optional"},"outputSchema":{"type":"object"},)"
        R"("inputSchema":{"title":"keep","x-mcp-header":"h"},"n":1.0,"_meta":{"a":1}})";
    constexpr std::string_view prompt =
        R"({"name":"p","title":"P","icons":[],)"
        R"("arguments":[{"name":"a","title":"A","required":true}]})";
    constexpr std::string_view resource =
        R"({"uri":"u:1","name":"r","title":"R","annotations":{"priority":1.0},"icons":[],)"
        R"("size":3})";
    struct row {
        list_kind kind;
        std::string_view in;
        revision client;
        std::string_view out;
    };
    const std::vector<row> rows{
        {list_kind::tools, tool, r2024,
         R"({"name":"t",)"
         R"("inputSchema":{"title":"keep","x-mcp-header":"h"},"n":1.0,"_meta":{"a":1}})"},
        {list_kind::tools, tool, r03,
         R"({"name":"t","annotations":{"readOnlyHint":true},)"
         R"("inputSchema":{"title":"keep","x-mcp-header":"h"},"n":1.0,"_meta":{"a":1}})"},
        {list_kind::tools, tool, r06,
         R"({"name":"t","title":"T","annotations":{"readOnlyHint":true},)"
         R"("outputSchema":{"type":"object"},)"
         R"("inputSchema":{"title":"keep","x-mcp-header":"h"},"n":1.0,"_meta":{"a":1}})"},
        {list_kind::tools, tool, r11, tool},
        {list_kind::tools, tool, modern,
         R"({"name":"t","title":"T","icons":[],"annotations":{"readOnlyHint":true},)"
         R"("outputSchema":{"type":"object"},)"
         R"("inputSchema":{"title":"keep","x-mcp-header":"h"},"n":1.0,"_meta":{"a":1}})"},
        {list_kind::prompts, prompt, r03,
         R"({"name":"p","arguments":[{"name":"a","required":true}]})"},
        {list_kind::prompts, prompt, r06,
         R"({"name":"p","title":"P","arguments":[{"name":"a","title":"A","required":true}]})"},
        {list_kind::prompts, prompt, modern, prompt},
        {list_kind::resources, resource, r2024,
         R"({"uri":"u:1","name":"r","annotations":{"priority":1.0},"size":3})"},
        {list_kind::resources, resource, r11, resource},
        {list_kind::templates, R"({"uriTemplate":"u:{x}","name":"t","icons":[]})", r06,
         R"({"uriTemplate":"u:{x}","name":"t"})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.client));
        CHECK(item_for_client(r.kind, r.in, r.client) == r.out);
    }
    CHECK(item_for_client(list_kind::tools, R"({"execution":{}})", modern, true) ==
          R"({"execution":{}})");
}

TEST_CASE("output_schema_that_is_no_object_is_wrapped_for_legacy_clients") {
    struct row {
        std::string_view schema;
        output_shape shape;
        std::string inside; ///< of the wrapper; empty: not wrapped
    };
    const std::vector<row> rows{
        {R"({"type":"object","properties":{"a":{"$ref":"#"}}})", output_shape::object, ""},
        {R"({"type":"array","items":{"n":1.0}})", output_shape::other,
         R"({"type":"array","items":{"n":1.0}})"},
        {"{}", output_shape::other, "{}"},
        {R"({"anyOf":[{"type":"object"}]})", output_shape::other,
         R"({"anyOf":[{"type":"object"}]})"},
        {R"({"type":["object","null"]})", output_shape::other, R"({"type":["object","null"]})"},
        // References lead on from the new place.
        {R"({"$defs":{"x":{}},"items":[{"$ref":"#/$defs/x"},{"$ref":"#"},{"$ref":"other#/a"}]})",
         output_shape::other,
         R"({"$defs":{"x":{}},"items":[{"$ref":"#/properties/result/$defs/x"},)"
         R"({"$ref":"#/properties/result"},{"$ref":"other#/a"}]})"},
        {R"({"$id":"urn:x","items":{"$ref":"#/a"}})", output_shape::other,
         R"({"$id":"urn:x","items":{"$ref":"#/a"}})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.schema);
        const auto tool = output(r.schema);
        CHECK(output_shape_of(tool) == r.shape);
        const auto expected = r.inside.empty() ? tool : wrapped(r.inside);
        CHECK(item_for_client(list_kind::tools, tool, r11) == expected);
        CHECK(item_for_client(list_kind::tools, tool, r06) == expected);
        CHECK(item_for_client(list_kind::tools, tool, modern) == tool);
    }
    CHECK(output_shape_of(R"({"name":"t"})") == output_shape::undeclared);
}

TEST_CASE("structured_content_fits_the_schema_that_the_client_saw") {
    struct row {
        std::string_view in;
        output_shape shape;
        revision client;
        std::string_view out;
    };
    const std::vector<row> rows{
        {"[1.0]", output_shape::other, modern, "[1.0]"},
        {"[1.0]", output_shape::other, r11, R"({"result":[1.0]})"},
        {R"({"a":1})", output_shape::other, r06, R"({"result":{"a":1}})"},
        {"null", output_shape::undeclared, r11, R"({"result":null})"},
        {R"({"a":1})", output_shape::undeclared, r11, R"({"a":1})"},
        {R"({"a":1})", output_shape::object, r06, R"({"a":1})"},
        {"[1]", output_shape::object, r11, ""}, // the server broke its own promise
        {R"({"a":1})", output_shape::object, r03, ""},
        {"[1]", output_shape::other, r2024, ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.client));
        CHECK(structured_content_for(r.in, r.shape, r.client) == r.out);
    }
}

} // namespace mcpgw
