// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/output_schema.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace mcpgw;

namespace {

constexpr std::string_view schema =
    R"({"type":"object","properties":{"degrees":{"type":"number"},"count":{"type":"integer"},)"
    R"("place":{"type":["string","null"]},"any":{}},"required":["degrees"]})";

bool fits(std::string_view content) {
    return !output_misfit(schema, content);
}

} // namespace

TEST_CASE("a_result_that_keeps_the_first_level_of_a_schema_may_fit") {
    CHECK(fits(R"({"degrees":1.5})"));
    CHECK(fits(R"({"degrees":-3,"count":1.0,"place":null,"any":[1],"more":true})"));
    CHECK(fits(R"({"degrees":0,"place":"here"})"));
}

TEST_CASE("a_result_that_breaks_the_first_level_of_a_schema_is_told_with_the_reason") {
    CHECK(output_misfit(schema, "") == "it has no structuredContent");
    CHECK(output_misfit(schema, "[1]") == "its structuredContent is no object");
    CHECK(output_misfit(schema, R"({"count":1})") == R"(its structuredContent lacks "degrees")");
    CHECK(output_misfit(schema, R"({"degrees":"warm"})") ==
          R"("degrees" in its structuredContent is of another type)");
    CHECK_FALSE(fits(R"({"degrees":1,"count":"1"})"));
    CHECK_FALSE(fits(R"({"degrees":1,"place":1})"));
}

TEST_CASE("schemas_whose_root_is_no_object_are_not_judged") {
    CHECK_FALSE(output_misfit(R"({"type":"array"})", "{}"));
    CHECK_FALSE(output_misfit(R"({"oneOf":[]})", ""));
}
