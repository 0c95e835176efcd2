// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/elicitation_form.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

namespace {
std::string form_with(std::string_view field) {
    return R"({"type":"object","properties":{"f":)" + std::string{field} + R"(},"required":["f"]})";
}
} // namespace

TEST_CASE("form_fields_are_said_in_words_of_2025_06_18") {
    struct row {
        std::string_view in, out;
    };
    const std::vector<row> rows{
        {R"({"type":"string","minLength":1,"default":"x"})", R"({"type":"string","minLength":1})"},
        {R"({"type":"integer","default":7,"maximum":12345678901234567890})",
         R"({"type":"integer","maximum":12345678901234567890})"},
        {R"({"type":"boolean","default":true})", R"({"type":"boolean","default":true})"},
        {R"({"type":"string","enum":["a","b"],"default":"a"})",
         R"({"type":"string","enum":["a","b"]})"},
        {R"({"type":"string","title":"T","oneOf":[{"const":"a","title":"A \u00e4"},)"
         R"({"title":"B","const":"b"},{"const":"c"}],"default":"a"})",
         R"({"type":"string","title":"T","enum":["a","b","c"],"enumNames":["A \u00e4","B","c"]})"},
        {R"({"type":"string","enum":["a"],"enumNames":["A"]})",
         R"({"type":"string","enum":["a"],"enumNames":["A"]})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        const auto form = form_schema_of_2025_06(form_with(r.in));
        REQUIRE_FALSE(form.has_error());
        CHECK(*form == form_with(r.out));
    }
}

TEST_CASE("form_without_fields_or_with_a_dialect_is_kept_in_essence") {
    CHECK(*form_schema_of_2025_06(R"({"$schema":"x","type":"object","properties":{}})") ==
          R"({"type":"object","properties":{}})");
    CHECK(*form_schema_of_2025_06("{}") == "{}");
}

TEST_CASE("choice_of_several_values_is_refused_by_the_fields_name") {
    const auto form = form_schema_of_2025_06(
        R"({"type":"object","properties":{"ok":{"type":"string"},)"
        R"("tags":{"type":"array","items":{"type":"string","enum":["a"]}}}})");
    REQUIRE(form.has_error());
    CHECK(form.error().code == errc::invalid_params);
    CHECK(form.error().detail.find("'tags'") != std::string::npos);
}

} // namespace mcpgw
