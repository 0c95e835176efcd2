// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/shapes.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

struct odd_item {
    list_kind kind;
    std::string sent;
    std::string means;        ///< "!…": left out, with a reason that says so
    std::size_t left_out = 0; ///< parts that are of no use
};

constexpr auto tools = list_kind::tools;

// clang-format off
const std::vector<odd_item> odd_items{
    {tools, R"({"name":"a","inputSchema":{"type":"object"}})",
        R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a"})", R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a","inputSchema":null})",
        R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a","inputSchema":{}})", R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a","inputSchema":{"anyOf":[{"type":"object"}]}})",
        R"({"name":"a","inputSchema":{"type":"object","anyOf":[{"type":"object"}]}})"},
    {tools, R"({"name":"a","inputSchema":{"type":["object","null"]}})",
        R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a","inputSchema":{"type":null,"properties":null,"required":null}})",
        R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools,
        R"({"name":"a","inputSchema":{"type":"object","properties":{"x":true,"y":null,")"
        R"(z":false}}})",
        R"({"name":"a","inputSchema":{"type":"object","properties":{"x":{},"y":{},"z":{)"
        R"("not":{}}}}})"},
    {tools,
        R"({"name":"a","inputSchema":{"type":"object","properties":[],"required":[1,"x")"
        R"(]}})", R"({"name":"a","inputSchema":{"type":"object","required":["x"]}})"},
    {tools, R"({"name":"a","inputSchema":{"type":"string"}})",
        "!tools[0].inputSchema has the type \"string\""},
    {tools, R"({"name":"a","inputSchema":[]})", "!tools[0].inputSchema is a list"},
    {tools, R"({"name":"a","inputSchema":"object"})", "!tools[0].inputSchema is a text"},
    {tools, R"({"inputSchema":{"type":"object"}})", "!tools[0].name is missing"},
    {tools, R"({"name":5})", "!tools[0].name is a number"}, {tools, R"({"name":""})",
        "!tools[0].name is an empty text"},
    {tools, R"({"name":null})", "!tools[0].name is missing"},
    {tools, R"({"name":"a","description":5,"title":[],"_meta":"x","icons":{}})",
        R"({"name":"a","inputSchema":{"type":"object"}})", 4},
    {tools, R"({"name":"a","annotations":{"readOnlyHint":"yes","title":"t"}})",
        R"({"name":"a","annotations":{"title":"t"},"inputSchema":{"type":"object"}})", 1},
    {tools, R"({"name":"a","annotations":[],"outputSchema":"x","execution":1})",
        R"({"name":"a","inputSchema":{"type":"object"}})", 3},
    {tools, R"({"name":"a","outputSchema":null,"description":null})",
        R"({"name":"a","inputSchema":{"type":"object"}})"},
    {tools, R"({"name":"a","icons":[{"src":"a:b"},{"mimeType":"x"}]})",
        R"({"name":"a","inputSchema":{"type":"object"}})", 1},
    {tools, R"({"name":"a","outputSchema":{"type":"object","properties":[],"required":"a"}})",
        R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object",)"
        R"("required":[]}})"},
    {tools, R"({"name":"a","outputSchema":{"type":"array"}})",
        R"({"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}})"},
    {tools,
        R"({"name":"a","inputSchema":{"$schema":7,"type":"object","properties":{"x":"text"}}})",
        R"({"name":"a","inputSchema":{"type":"object","properties":{"x":{}}}})"},
    {tools, R"({"name":"a","execution":{"taskSupport":"perhaps"}})",
        R"({"name":"a","execution":{},"inputSchema":{"type":"object"}})", 1},
    {list_kind::resources, R"({"uri":"no scheme","name":"a"})",
        "!resources[0].uri is a text, not an absolute URI"},
    {list_kind::resources, R"({"uri":"a:b\u0000","name":"a"})", "!resources[0].uri"},
    {list_kind::resources, R"({"uri":"a:b c","name":"a"})", R"({"uri":"a:b c","name":"a"})"},
    {list_kind::prompts, R"({"name":"a","arguments":null})", R"({"name":"a"})"},
    {list_kind::prompts, R"({"name":"a","arguments":{"x":1}})", R"({"name":"a"})", 1},
    {list_kind::prompts, R"({"name":"a","arguments":[{"name":"x","required":"yes"}]})",
        R"({"name":"a","arguments":[{"name":"x"}]})", 1},
    {list_kind::prompts, R"({"description":"x"})", "!prompts[0].name is missing"},
    {list_kind::resources, R"({"uri":"a:b"})", R"({"uri":"a:b","name":"a:b"})"},
    {list_kind::resources, R"({"uri":"a:b","name":null,"size":"5","mimeType":null})",
        R"({"uri":"a:b","name":"a:b"})", 1},
    {list_kind::resources, R"({"uri":"a:b","name":7})", R"({"uri":"a:b","name":"a:b"})", 1},
    {list_kind::resources, R"({"name":"a"})", "!resources[0].uri is missing"},
    {list_kind::templates, R"({"uriTemplate":"a:{b}"})",
        R"({"uriTemplate":"a:{b}","name":"a:{b}"})"},
    {list_kind::templates, R"({"uriTemplate":{}})",
        "!resourceTemplates[0].uriTemplate is an object"},
};
// clang-format on

} // namespace

TEST_CASE("an_odd_entry_of_a_list_is_mended_where_that_is_certain_else_it_alone_is_left_out") {
    const auto& odd = GENERATE(from_range(odd_items));
    INFO(odd.sent);
    const auto place = std::string{array_key(odd.kind)} + "[0]";
    const auto fitted = fit(odd.sent, list_item_shape(odd.kind), place);
    if (odd.means.front() == '!') {
        REQUIRE(fitted.has_error());
        INFO(fitted.error().detail);
        CHECK(fitted.error().detail.find(odd.means.substr(1)) == 0);
        return;
    }
    if (fitted.has_error()) FAIL(fitted.error().detail);
    CHECK(json::parse(fitted->text) == json::parse(odd.means));
    CHECK(fitted->left_out.size() == odd.left_out);
}
