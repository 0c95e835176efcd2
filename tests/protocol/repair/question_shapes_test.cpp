// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/question_shapes.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

struct odd_question {
    std::string_view method;
    std::string sent;
    std::string means; ///< "=": good as it stands; "!…": a fault that says so
};

constexpr std::string_view sampling = "sampling/createMessage";
constexpr std::string_view elicitation = "elicitation/create";

std::string asked(std::string_view members) {
    return R"({"maxTokens":1,"messages":[)" + std::string{members} + "]}";
}

std::string form(std::string_view field) {
    return R"({"message":"m","requestedSchema":{"type":"object","properties":{"a":)" +
           std::string{field} + "}}}";
}

void check(const std::string& means, const result<std::optional<std::string>>& fitted) {
    if (means.front() == '!') {
        REQUIRE(fitted.has_error());
        INFO(fitted.error().detail);
        CHECK(fitted.error().detail.find(means.substr(1)) != std::string::npos);
        return;
    }
    if (fitted.has_error()) FAIL(fitted.error().detail);
    if (means == "=")
        CHECK_FALSE(*fitted);
    else
        CHECK((*fitted && json::parse(**fitted) == json::parse(means)));
}

} // namespace

TEST_CASE("an_odd_question_is_mended_or_refused_before_a_client_sees_it") {
    const std::vector<odd_question> rows{
        {sampling, asked(R"({"role":"user","content":{"type":"text","text":"a"}})"), "="},
        {sampling, asked(R"({"role":"user","content":[{"type":"text","text":"a"}]})"), "="},
        {sampling, asked(R"({"role":"user","content":"a"})"),
         asked(R"({"role":"user","content":{"type":"text","text":"a"}})")},
        {sampling, asked(R"({"role":"robot","content":"a"})"),
         R"(!params.messages[0].role is a text, not "user" or "assistant")"},
        {sampling, asked(R"({"role":"user","content":{"type":"video"}})"),
         "!params.messages[0].content is of a kind that MCP does not know"},
        {sampling, asked(R"({"role":"user","content":{"type":"resource_link","uri":"a:b"}})"),
         "!params.messages[0].content is of a kind"},
        {sampling, asked(R"({"role":"user","content":[7]})"), "!content[0] is a number"},
        {sampling,
         asked(R"({"role":"assistant","content":{"type":"tool_use","id":"a","name":"b"}})"),
         asked(R"({"role":"assistant","content":{"type":"tool_use","id":"a","name":"b",)"
               R"("input":{}}})")},
        {sampling, asked("7"), "!params.messages[0] is a number, not an object"},
        {sampling, R"({"messages":[]})", "!params.maxTokens is missing, not a whole number"},
        {sampling, R"({"messages":[],"maxTokens":"9"})", "!params.maxTokens is a text"},
        {sampling,
         R"({"messages":[],"maxTokens":1,"temperature":"hot","includeContext":"all",)"
         R"("stopSequences":[1],"metadata":[],"modelPreferences":{"costPriority":7,)"
         R"("hints":[{"name":"a"}]}})",
         R"({"messages":[],"maxTokens":1,"modelPreferences":{"hints":[{"name":"a"}]}})"},
        {sampling, R"({"messages":[],"maxTokens":1,"metadata":{"a":[1.5,"\"1e999"]}})", "="},
        {sampling, R"({"messages":[],"maxTokens":1,"metadata":{"a":[1e999]}})",
         R"({"messages":[],"maxTokens":1})"},
        // Without its tools it would be another question.
        {sampling, R"({"messages":[],"maxTokens":1,"tools":7})", "!params.tools is a number"},
        {sampling, "", "!params.messages is missing"},
        {elicitation, form(R"({"type":"string","minLength":1})"), "="},
        {elicitation, form(R"({"type":"string","minLength":"1","format":"phone","title":7})"),
         form(R"({"type":"string"})")},
        {elicitation, form(R"({"type":"string","enum":[1]})"), "!a.enum[0] is a number"},
        {elicitation, form(R"({"type":"string","oneOf":[{"const":"x"}]})"), "!title is missing"},
        {elicitation, form(R"({"type":"array","items":{"enum":["x"]}})"),
         form(R"({"type":"array","items":{"type":"string","enum":["x"]}})")},
        {elicitation, form(R"({"type":"object"})"), "!a is of a kind that MCP does not know"},
        {elicitation, form("7"), "!params.requestedSchema.properties.a is a number"},
        {elicitation, R"({"message":"m","requestedSchema":{"properties":{}}})",
         R"({"message":"m","requestedSchema":{"type":"object","properties":{}}})"},
        {elicitation, R"({"message":7,"requestedSchema":{"properties":{}}})", "!params.message"},
        {elicitation, R"({"mode":"URL","message":"m","url":"a:b"})",
         R"(!params.mode is a text, not "form")"},
        {elicitation, R"({"mode":"url","message":"m","url":"a:b"})", "="},
        {elicitation, R"({"mode":"url","message":"m","url":"b"})", "!not an absolute URI"},
        {"roots/list", "", "="},
        {"roots/list", R"({"_meta":7})", "{}"},
        {"odd/ask", R"({"a":7})", "="},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sent);
        check(row.means, fit_question(row.method, row.sent));
    }
}

TEST_CASE("a_result_that_asks_for_input_asks_for_what_a_client_understands") {
    const std::string roots = R"({"inputRequests":{"q":{"method":"roots/list","params":{}}}})";
    check("=", fit_input_required(roots));
    check("=", fit_input_required(R"({"inputRequests":{"q":{"method":"roots/list"}}})"));
    const std::string odd = R"({"inputRequests":{"q":{"method":"roots/list","params":7}}})";
    check(roots, fit_input_required(odd));
    check("=", fit_input_required(R"({"requestState":"a"})"));
    check("!neither inputRequests nor requestState", fit_input_required("{}"));
    check("!result.inputRequests is a list", fit_input_required(R"({"inputRequests":[]})"));
    check("!result.inputRequests.q is no question that MCP knows",
          fit_input_required(R"({"inputRequests":{"q":{"method":"ping"}}})"));
    check("!result.inputRequests.q is no question",
          fit_input_required(R"({"inputRequests":{"q":7}})"));
    check("!result.requestState is a number", fit_input_required(R"({"requestState":7})"));
}
