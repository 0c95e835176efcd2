// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/result_repair.hpp"

#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

struct odd_result {
    std::string_view method;
    std::string sent;
    std::string means; ///< "=": good as it stands; "!…": a fault that says so
};

// clang-format off
const std::vector<odd_result> odd_results{
    {method::tools_call, R"({"content":[]})", "="},
    {method::tools_call, R"({"content":[{"type":"text","text":""}],"isError":true})", "="},
    {method::tools_call,
        R"({"content":[{"text":"a","type":"text"},{"type":"image","data":"","mimeType":)"
        R"("a/b"}]})", "="},
    {method::tools_call, R"({"content":[{"type":"resource_link","uri":"a:b","name":"c"}]})", "="},
    {method::tools_call, R"({"resultType":"input_required","inputRequests":{}})", "="},
    {method::tools_call, R"({"task":{"taskId":"a"}})", "="},
    {method::tools_call, R"({"task":{"status":"working"}})", "!is a task without an id"},
    {method::tools_call, R"({"task":{"taskId":7}})", "!is a task without an id"},
    {method::tools_call, R"({"task":"a"})", R"({"task":"a","content":[]})"},
    {method::tools_call, R"({"resultType":"task","status":"working"})", "!a task without an id"},
    {method::tools_call, R"({"resultType":"task","taskId":"a","status":"working"})", "="},
    {method::tools_call, "null", "!the result of tools/call is null, not an object"},
    {method::tools_call, R"("text")", "!the result of tools/call is a text, not an object"},
    {method::tools_call, "[]", "!a list"}, {method::tools_call, "42", "!a number"},
    {method::tools_call,
        "true", "!true"},
    {method::tools_call, "{}", R"({"content":[]})"},
    {method::tools_call, R"({"structuredContent":{"a":1}})",
        R"({"structuredContent":{"a":1},"content":[]})"},
    {method::tools_call, R"({"content":null})", R"({"content":[]})"},
    {method::tools_call, R"({"content":"a"})", R"({"content":[{"type":"text","text":"a"}]})"},
    {method::tools_call, R"({"content":["a"]})", R"({"content":[{"type":"text","text":"a"}]})"},
    {method::tools_call, R"({"content":{"type":"text","text":"a"}})",
        R"({"content":[{"type":"text","text":"a"}]})"},
    {method::tools_call, R"({"content":42})",
        "!result.content is a number, not a block of content"},
    {method::tools_call, R"({"content":[42]})", "!result.content[0] is a number"},
    {method::tools_call, R"({"content":[null]})", "!result.content[0] is null"},
    {method::tools_call, R"({"content":[{"type":"text"}]})", "!result.content[0].text is missing"},
    {method::tools_call, R"({"content":[{"type":"text","text":5}]})",
        "!result.content[0].text is a number, not a text"},
    {method::tools_call, R"({"content":[{"text":"a"}]})", "!result.content[0] has no type"},
    {method::tools_call, R"({"content":[{"type":"video","data":""}]})",
        "!has the type \"video\", which MCP does not know"},
    {method::tools_call, R"({"content":[{"type":"image","data":""}]})", "!mimeType is missing"},
    {method::tools_call, R"({"content":[{"type":"resource_link","uri":"a:b"}]})",
        R"({"content":[{"type":"resource_link","uri":"a:b","name":"a:b"}]})"},
    {method::tools_call,
        R"({"content":[{"type":"resource","resource":{"uri":"a:b","text":""}}]})", "="},
    {method::tools_call, R"({"content":[{"type":"resource","resource":{"uri":"a:b"}}]})",
        "!result.content[0].resource has neither text nor blob"},
    {method::tools_call, R"({"content":[{"type":"resource","resource":"a"}]})",
        "!resource is a text, not an object"},
    {method::tools_call, R"({"content":[{"type":"text","text":"a","annotations":5}]})",
        R"({"content":[{"type":"text","text":"a"}]})"},
    {method::tools_call,
        R"({"content":[{"type":"text","text":"a","annotations":{"audience":["robot"],"p)"
        R"(riority":1}}]})",
        R"({"content":[{"type":"text","text":"a","annotations":{"priority":1}}]})"},
    {method::tools_call, R"({"content":[],"isError":"yes"})", R"({"content":[]})"},
    {method::tools_call, R"({"content":[],"isError":1,"more":{"a":1}})",
        R"({"content":[],"more":{"a":1}})"},
    {method::resources_read, R"({"contents":[{"uri":"a:b","text":"x"}]})", "="},
    {method::resources_read, "{}", "!result.contents is missing, not an array"},
    {method::resources_read, R"({"contents":{}})", "!result.contents is an object, not an array"},
    {method::resources_read, R"({"contents":["x"]})",
        "!result.contents[0] is a text, not an object"},
    {method::resources_read, R"({"contents":[{"text":"x"}]})",
        "!result.contents[0].uri is missing"},
    {method::resources_read, R"({"contents":[{"uri":"a:b","text":"x","mimeType":5}]})",
        R"({"contents":[{"uri":"a:b","text":"x"}]})"},
    {method::prompts_get,
        R"({"messages":[{"role":"user","content":{"type":"text","text":"a"}}]})", "="},
    {method::prompts_get, R"({"messages":[{"role":"user","content":"a"}],"description":5})",
        R"({"messages":[{"role":"user","content":{"type":"text","text":"a"}}]})"},
    {method::prompts_get, R"({"messages":[{"role":"system","content":"a"}]})",
        "!result.messages[0].role is a text, not \"user\" or \"assistant\""},
    {method::prompts_get, R"({"messages":null})", "!result.messages is missing"},
    {method::prompts_get, R"({"messages":[{"role":"user"}]})",
        "!result.messages[0].content is missing"},
    {method::complete, R"({"completion":{"values":["a"],"total":"many"}})",
        R"({"completion":{"values":["a"]}})"},
    {method::complete, R"({"completion":{"values":[1]}})",
        "!result.completion.values[0] is a number, not a text"},
    {method::complete, "{}", "!result.completion is missing, not an object"},
    {method::complete, R"({"completion":{"values":[],"total":1.5,"hasMore":false}})",
        R"({"completion":{"values":[],"hasMore":false}})"},
    {method::complete, R"({"completion":{"values":[],"total":1e999}})",
        R"({"completion":{"values":[]}})"},
    // Base64 in the spelling that every reader takes
    {method::tools_call, R"({"content":[{"type":"image","data":"aGk=","mimeType":"a/b"}]})", "="},
    {method::tools_call, R"({"content":[{"type":"image","data":"_-_-","mimeType":"a/b"}]})",
        R"({"content":[{"type":"image","data":"/+/+","mimeType":"a/b"}]})"},
    {method::tools_call, R"({"content":[{"type":"audio","data":"aG\nk=","mimeType":"a/b"}]})",
        R"({"content":[{"type":"audio","data":"aGk=","mimeType":"a/b"}]})"},
    {method::tools_call,
        R"({"content":[{"type":"image","data":"data:a/b;base64,aGk=","mimeType":"a/b"}]})",
        R"({"content":[{"type":"image","data":"aGk=","mimeType":"a/b"}]})"},
    {method::tools_call, R"({"content":[{"type":"image","data":"no!","mimeType":"a/b"}]})",
        "!result.content[0].data is a text, not Base64"},
    {method::resources_read, R"({"contents":[{"uri":"a:b","blob":"\/\/8="}]})",
        R"({"contents":[{"uri":"a:b","blob":"//8="}]})"},
    // optional values that the schema does not know
    {method::tools_call,
        R"({"content":[{"type":"text","text":"a","annotations":{"priority":7,"lastModified":)"
        R"("yesterday","audience":["user"]}}]})",
        R"({"content":[{"type":"text","text":"a","annotations":{"audience":["user"]}}]})"},
    {method::tools_call,
        R"({"content":[{"type":"resource_link","uri":"a:b","name":"c","size":0.5,"icons":)"
        R"([{"src":"a:b","theme":"blue"}]}]})",
        R"({"content":[{"type":"resource_link","uri":"a:b","name":"c","icons":[{"src":"a:b"}]}]})"},
    // of two members of one name the last counts
    {method::prompts_get, R"({"messages":[{"role":"user","role":7,"content":"a"}]})",
        "!result.messages[0].role is a number"},
    {method::prompts_get,
        R"({"messages":[{"role":7,"role":"user","content":{"type":"text","text":"a"}}]})",
        R"({"messages":[{"role":"user","content":{"type":"text","text":"a"}}]})"},
    {method::prompts_get, R"({"messages":[{"r\u006fle":"user","content":"a"}]})",
        R"({"messages":[{"role":"user","content":{"type":"text","text":"a"}}]})"},
    // what a modern server says of itself, and of the kind of its result
    {method::tools_call, R"({"resultType":"COMPLETE","content":[]})",
        "!the result of tools/call has the type \"COMPLETE\", which MCP does not know"},
    {method::tools_call, R"({"resultType":7,"content":[]})", R"({"content":[]})"},
    {method::resources_read, R"({"resultType":[],"contents":[]})", R"({"contents":[]})"},
    {method::tools_call,
        R"({"content":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"a","version":"1",)"
        R"("icons":7},"b":1}})",
        R"({"content":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"a","version":)"
        R"("1"},"b":1}})"},
    {method::complete,
        R"({"completion":{"values":[]},"_meta":{"io.modelcontextprotocol/serverInfo":7}})",
        R"({"completion":{"values":[]},"_meta":{}})"},
    {method::tools_call,
        R"({"content":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"a","version":)"
        R"("1"}}})", "="},
    {"tasks/get", "[]", "!the result of tasks/get is a list"}, {"tasks/get", "{}", "="},
};
// clang-format on

} // namespace

TEST_CASE("an_odd_result_is_mended_where_that_is_certain_else_it_is_a_named_error") {
    const auto& odd = GENERATE(from_range(odd_results));
    INFO(odd.sent);
    const auto line = R"({"jsonrpc":"2.0","id":1,"result":)" + odd.sent + "}";
    const auto message = scan_envelope(line);
    REQUIRE(message.has_value());
    const auto repaired = repair_result(odd.method, line, *message);
    if (odd.means.front() == '!') {
        REQUIRE(repaired.has_error());
        CHECK(repaired.error().code == errc::server_failed);
        INFO(repaired.error().detail);
        CHECK(repaired.error().detail.find(odd.means.substr(1)) != std::string::npos);
        return;
    }
    if (repaired.has_error()) FAIL(repaired.error().detail);
    if (odd.means == "=")
        CHECK_FALSE(*repaired);
    else
        CHECK(json::parse(**repaired) == json::parse(odd.means));
}

TEST_CASE("what_a_server_in_php_says_of_itself_is_found_though_its_name_has_an_escape") {
    const std::string line =
        R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"_meta":{)"
        R"("io.modelcontextprotocol\/serverInfo":{"name":"a","version":"1"},"b\/c":null}}})";
    const auto message = scan_envelope(line);
    REQUIRE(message.has_value());
    const auto repaired = repair_result(method::tools_call, line, *message);
    REQUIRE(repaired.has_value());
    REQUIRE(*repaired);
    CHECK((*repaired)->find(R"("io.modelcontextprotocol/serverInfo":{)") != std::string::npos);
    CHECK((*repaired)->find(R"("b/c":null)") != std::string::npos);
}
