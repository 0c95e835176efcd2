// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/argument_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace mcpgw;

namespace {

constexpr std::string_view arguments =
    R"({"query":"a \"b\" é","limit":12345678901234567890,"ratio":1.0,"exact":true,"none":null,)"
    R"("filter":{"name":"x","ids":[7,{"deep":8}]},"empty":""})";

struct row {
    std::string_view pattern, filled;
};

} // namespace

TEST_CASE("a_template_is_filled_with_the_arguments_of_a_call") {
    constexpr row rows[] = {
        {R"({})", R"({})"},
        {R"({"fixed":1.50,"list":[true,null,"x"]})", R"({"fixed":1.50,"list":[true,null,"x"]})"},
        // a placeholder alone takes the value as it was sent
        {R"({"q":"{{query}}"})", R"({"q":"a \"b\" é"})"},
        {R"({"n":"{{limit}}"})", R"({"n":12345678901234567890})"},
        {R"({"n":"{{ratio}}"})", R"({"n":1.0})"},
        {R"({"b":"{{ exact }}"})", R"({"b":true})"},
        {R"({"z":"{{none}}"})", R"({"z":null})"},
        {R"({"o":"{{filter}}"})", R"({"o":{"name":"x","ids":[7,{"deep":8}]}})"},
        // paths
        {R"({"a":"{{filter.name}}"})", R"({"a":"x"})"},
        {R"({"a":"{{filter.ids.0}}","b":"{{filter.ids.1.deep}}"})", R"({"a":7,"b":8})"},
        // inside of other text
        {R"({"t":"find {{query}} now"})", R"({"t":"find a \"b\" é now"})"},
        {R"({"t":"{{limit}}/{{ratio}}{{empty}}"})", R"({"t":"12345678901234567890/1.0"})"},
        {R"({"t":"{{filter.ids}}!"})", R"({"t":"[7,{\"deep\":8}]!"})"},
        // what was not sent
        {R"({"a":"{{nothing}}","b":1})", R"({"b":1})"},
        {R"({"a":"{{filter.nothing}}","b":"{{filter.ids.2}}","c":"{{query.x}}"})", R"({})"},
        {R"({"list":["{{nothing}}","{{exact}}"]})", R"({"list":[true]})"},
        {R"({"t":"<{{nothing}}>"})", R"({"t":"<>"})"},
        // deeper, and keys that stay as they are
        {R"({"in":{"{{key}}":["{{limit}}"]}})", R"({"in":{"{{key}}":[12345678901234567890]}})"},
        {R"({"one":"{x}","dollar":"${query}"})", R"({"one":"{x}","dollar":"${query}"})"},
    };
    for (const auto& [pattern, filled] : rows) {
        CAPTURE(pattern);
        CHECK(fill_template(pattern, arguments) == filled);
    }
}

TEST_CASE("a_template_of_a_call_without_arguments_keeps_what_is_fixed") {
    CHECK(fill_template(R"({"q":"{{query}}","lang":"en"})", "{}") == R"({"lang":"en"})");
}

TEST_CASE("a_value_that_looks_like_a_placeholder_is_not_filled_again") {
    CHECK(fill_template(R"({"a":"{{q}}","b":"x{{q}}"})", R"({"q":"{{secret}}","secret":1})") ==
          R"({"a":"{{secret}}","b":"x{{secret}}"})");
}

TEST_CASE("placeholders_that_cannot_be_filled_are_told") {
    for (const auto* const good : {"", "text", "{{a}}", "x {{ a.b }} y {{c.0}}", "{a}", "}}"})
        CHECK_FALSE(placeholder_problem(good));
    CHECK(placeholder_problem("{{a") == "a {{ is not followed by }}");
    CHECK(placeholder_problem("{{a}} {{") == "a {{ is not followed by }}");
    for (const auto* const bad :
         {"{{}}", "{{ }}", "{{.a}}", "{{a.}}", "{{a..b}}", "{{a b}}", "{{a{{b}}"})
        CHECK(placeholder_problem(bad));
}
