// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_answer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <deque>
#include <string>
#include <vector>

namespace mcpgw {
namespace {

namespace json = boost::json;

/// Tools that were found, and their texts.
struct find_of {
    explicit find_of(std::size_t tools, const std::string& description = "Does it. And more.") {
        for (std::size_t i = 0; i < tools; ++i) {
            names.push_back(fmt::format("one__tool{}", i));
            texts.push_back(fmt::format(
                R"({{"name":"{}","description":"{}","inputSchema":{{"type": "object",)"
                R"("properties":{{)"
                R"("b":{{}},"a":{{"type":"string"}}}},"required":["a"]}}}})",
                names.back(), description));
            found.best.push_back({{"one", names.back(), texts.back(), 0}, {0, 1, 1, 1, false}});
        }
        found.matches = tools;
        found.searched = 50;
        found.confidence = search_confidence::ambiguous;
    }
    std::deque<std::string> names, texts;
    found_tools found;
};

json::object answer_of(const found_tools& found, const answer_frame& frame) {
    return json::parse(make_search_answer(found, frame).structured).as_object();
}

TEST_CASE("an_answer_has_a_line_for_each_tool") {
    const find_of some{2};
    answer_frame frame;
    frame.question = "what \"it\" is";
    const auto answer = make_search_answer(some.found, frame);
    CHECK(answer.text == "Several tools may serve; read their descriptions.\n"
                         "1. one__tool0(a, b?) – Does it. And more.\n"
                         "   inputSchema: {\"type\":\"object\",\"properties\":{\"b\":{},\"a\":"
                         "{\"type\":\"string\"}},\"required\":[\"a\"]}\n"
                         "2. one__tool1(a, b?) – Does it. And more.");
    const auto structured = json::parse(answer.structured).as_object();
    CHECK(structured.at("query").as_string() == "what \"it\" is");
    CHECK(structured.at("confidence").as_string() == "ambiguous");
    const auto& tools = structured.at("tools").as_array();
    REQUIRE(tools.size() == 2);
    CHECK(tools[0].as_object().contains("inputSchema"));
    CHECK_FALSE(tools[1].as_object().contains("inputSchema"));
    CHECK(tools[1].at("server").as_string() == "one");
}

TEST_CASE("an_answer_keeps_to_its_budget") {
    const find_of many{50, std::string(400, 'x')};
    answer_frame frame;
    frame.results_max = 50;
    frame.schemas = 50;
    for (const std::size_t tokens : {100U, 300U, 1'000U, 5'000U}) {
        frame.tokens_max = tokens;
        const auto answer = make_search_answer(many.found, frame);
        CAPTURE(tokens, answer.text);
        CHECK(estimated_tokens(answer.text) <= tokens + 30); // what is said at the end
        CHECK_FALSE(json::parse(answer.structured).at("tools").as_array().empty());
    }
    frame.results_max = 3;
    CHECK(answer_of(many.found, frame).at("tools").as_array().size() == 3);
}

TEST_CASE("where_nothing_serves_the_answer_says_so") {
    find_of some{10};
    some.found.confidence = search_confidence::none;
    some.found.unmatched = {"poem"};
    answer_frame frame;
    frame.missing = R"({"slow":"starting"})";
    const auto answer = make_search_answer(some.found, frame);
    CHECK(answer.text.starts_with("No tool of the 50 here seems to serve this request."));
    CHECK(answer.text.ends_with("No tool has: poem.\nNot searched, for they have not told their "
                                "tools yet: slow."));
    CHECK(json::parse(answer.structured).at("tools").as_array().size() == 3);
    found_tools nothing;
    CHECK(make_search_answer(nothing, {}).text == "There are no tools here.");
    nothing.searched = 7;
    CHECK(make_search_answer(nothing, {}).text.find("None of the 7") == 0);
}

TEST_CASE("a_description_is_told_by_its_first_sentence") {
    CHECK(first_sentence("  Reads a file from disk. Then more.") == "Reads a file from disk.");
    CHECK(first_sentence("Reads a file from disk\nUsage: x") == "Reads a file from disk");
    CHECK(first_sentence("Finds what is there. No.") == "Finds what is there.");
    CHECK(first_sentence("") == "");
    CHECK(first_sentence(std::string(500, 'x')).size() < 170);
}

TEST_CASE("tokens_are_estimated_by_characters") {
    CHECK(estimated_tokens("") == 0);
    CHECK(estimated_tokens("12345678") == 2);
    CHECK(estimated_tokens("查询") == 2);
}

} // namespace
} // namespace mcpgw
