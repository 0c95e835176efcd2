// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/step_result.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
namespace json = boost::json;

namespace {
std::string output(std::string_view raw) {
    return json::serialize(output_of_result(json::parse(raw)));
}
} // namespace

TEST_CASE("the_output_of_a_tool_is_its_structured_content_or_its_text") {
    CHECK(output(R"({"content":[{"type":"text","text":"a"}],"structuredContent":{"n":1}})") ==
          R"({"n":1})");
    CHECK(output(R"({"content":[{"type":"text","text":"a"},{"type":"image","data":""},
        {"type":"text","text":"b"}]})") == R"("a\nb")");
    CHECK(output(R"({"content":[{"type":"text","text":" {\"n\":[1]}"}]})") == R"({"n":[1]})");
    CHECK(output(R"({"content":[{"type":"text","text":"[no JSON]"}]})") == R"("[no JSON]")");
    CHECK(output(R"({"content":[{"type":"text","text":"5"}]})") == R"("5")");
    CHECK(output(R"({"content":[]})") == R"("")");
    CHECK(output(R"({})") == R"("")");
}

TEST_CASE("a_result_with_is_error_is_a_failure_that_says_what_the_tool_said") {
    CHECK(check_result(json::parse(R"({"content":[],"isError":false})")).has_value());
    const auto failed = check_result(
        json::parse(R"({"content":[{"type":"text","text":"no file"}],"isError":true})"));
    REQUIRE(failed.has_error());
    CHECK(failed.error().message() == "no file");
    CHECK(check_result(json::parse("3")).has_error());
}
