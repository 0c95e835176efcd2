// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw {
namespace {

std::string part(const tool_texts& texts, search_field field) {
    return texts[static_cast<std::size_t>(field)];
}

TEST_CASE("all_that_a_tool_says_is_read") {
    const auto texts = texts_of_tool("shown", R"({"name":"own","title":"A \"title\"",
        "description":"What it does","inputSchema":{"type":"object","description":"not this",
        "properties":{"path":{"type":"string","description":"Where"},
          "mode":{"enum":["fast","slow",1]},
          "filter":{"type":"object","properties":{"inner":{"description":"deep"}}},
          "list":{"type":"array","items":{"anyOf":[{"description":"one of"}]}}}}})");
    CHECK(part(texts, search_field::name) == "shown");
    CHECK(part(texts, search_field::title) == "A \"title\"");
    CHECK(part(texts, search_field::description) == "What it does");
    CHECK(part(texts, search_field::parameters) == "path\nmode\nfilter\ninner\nlist");
    CHECK(part(texts, search_field::parameter_texts) == "Where\nfast\nslow\ndeep\none of");
    CHECK(part(texts, search_field::server).empty());
}

TEST_CASE("the_title_may_stand_among_the_annotations") {
    const auto texts = texts_of_tool("x", R"({"annotations":{"title":"There"}})");
    CHECK(part(texts, search_field::title) == "There");
}

TEST_CASE("a_schema_that_makes_no_sense_says_nothing") {
    for (const char* const schema :
         {"null", "[]", "7", R"({"properties":[]})", R"({"properties":{"a":1},"enum":{}})",
          R"({"properties":{"a":{"properties":"b","description":3,"anyOf":{}}}})"}) {
        const auto texts =
            texts_of_tool("x", std::string{R"({"description":1,"inputSchema":)"} + schema + "}");
        CHECK(part(texts, search_field::description).empty());
        CHECK(part(texts, search_field::parameter_texts).empty());
    }
    CHECK(part(texts_of_tool("x", "[]"), search_field::name) == "x");
}

TEST_CASE("a_schema_is_read_to_a_limit") {
    std::string deep = "{}";
    for (int i = 0; i < 50; ++i) deep = R"({"properties":{"p":)" + deep + "}}";
    const auto parameters =
        part(texts_of_tool("x", R"({"inputSchema":)" + deep + "}"), search_field::parameters);
    CHECK(parameters.size() == 2 * (schema_depth_max + 1) - 1);
    std::string wide;
    for (int i = 0; i < 10'000; ++i)
        wide += (i == 0 ? "\"name" : ",\"name") + std::to_string(i) + "\":{}";
    const auto many = part(texts_of_tool("x", R"({"inputSchema":{"properties":{)" + wide + "}}}"),
                           search_field::parameters);
    CHECK(many.size() <= schema_texts_bytes_max + 1);
}

} // namespace
} // namespace mcpgw
