// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/envelope.hpp"

#include "protocol/message/mcp.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace mcpgw;

namespace {

const std::string modern_call =
    R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"files__read",)"
    R"("arguments":{"path":"/a","name":"inner"},"_meta":{)"
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},)"
    R"("io.modelcontextprotocol/clientCapabilities":{},)"
    R"("io.modelcontextprotocol/logLevel":"info","progressToken":"t-1"}}})";

/// Accepted messages of every kind; used for truncation.
const std::vector<std::string> samples{
    modern_call,
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
    R"({"jsonrpc":"2.0","id":"a\u00e9","method":"ping","params":{"x":[1.5e-3,true,null,"é"]}})",
    R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"\ud83d\ude00"}]}})",
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})",
    "\n{ \"jsonrpc\" : \"2.0\" ,\r\n\t\"id\" : -0 , \"method\" : \"a\" , \"params\" : { } }",
};

envelope scan(std::string_view text) {
    const auto found = scan_envelope(text);
    INFO(text);
    if (!found) FAIL(found.error().detail);
    return *found;
}

errc refusal(std::string_view text) {
    const auto found = scan_envelope(text);
    INFO(text);
    REQUIRE(found.has_error());
    return found.error().code;
}

std::string request_with_id(std::string_view id) {
    return R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":"ping"})";
}

std::string request_with_params(std::string_view params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string{params} + "}";
}

std::string response_with_result(std::string_view result) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{result} + "}";
}

} // namespace

TEST_CASE("spans_of_a_modern_call_cover_its_members") {
    const envelope e = scan(modern_call);
    const std::string_view text = modern_call;
    CHECK(e.kind == message_kind::request);
    CHECK_FALSE(e.is_error);
    CHECK_FALSE(e.has_newline);
    CHECK(e.id.of(text) == "7");
    CHECK(e.method.of(text) == "tools/call");
    CHECK(e.params.end == text.size() - 1);
    CHECK(e.in_params.name.of(text) == R"("files__read")");
    CHECK(e.in_params.arguments.of(text) == R"({"path":"/a","name":"inner"})");
    CHECK(e.in_params.meta.of(text).front() == '{');
    CHECK(e.in_params.meta.end == text.size() - 2);
    CHECK(e.in_meta.protocol_version.of(text) == R"("2026-07-28")");
    CHECK(e.in_meta.client_info.of(text) == R"({"name":"c","version":"1"})");
    CHECK(e.in_meta.client_capabilities.of(text) == "{}");
    CHECK(e.in_meta.log_level.of(text) == R"("info")");
    CHECK(e.in_meta.progress_token.of(text) == R"("t-1")");
    CHECK_FALSE(e.in_meta.subscription_id);
    CHECK_FALSE(e.in_params.progress_token);
    CHECK_FALSE(e.in_params.uri);
    CHECK_FALSE(e.result);
    CHECK_FALSE(e.error);
}

TEST_CASE("members_of_meta_that_have_no_place_in_the_envelope_are_noticed") {
    CHECK_FALSE(scan(modern_call).has_foreign_meta);
    CHECK_FALSE(scan(samples[1]).has_foreign_meta);
    CHECK_FALSE(scan(request_with_params(R"({"_meta":{},"traceparent":"x"})")).has_foreign_meta);
    for (const std::string_view meta :
         {R"({"traceparent":"x"})", R"({"progressToken":1,"io.modelcontextprotocol/x":{}})",
          R"({"mcp-gateway/session":"s","progressToken":1})", R"({"":{}})"}) {
        CAPTURE(meta);
        const auto params = R"({"_meta":)" + std::string{meta} + "}";
        CHECK(scan(request_with_params(params)).has_foreign_meta);
    }
}

TEST_CASE("a_string_that_begins_with_resource_is_noticed_wherever_it_is") {
    const auto mentions = [](const std::string& result) {
        return scan(R"({"jsonrpc":"2.0","id":1,"result":)" + result + "}").mentions_resources;
    };
    CHECK(mentions(R"({"content":[{"type":"resource_link","uri":"a:b"}]})"));
    CHECK(mentions(R"({"content":[{"type":"text"}],"a":[[{"resource":0}]]})"));
    CHECK_FALSE(mentions(R"({"content":[{"type":"text","text":"a resource, \"resource"}]})"));
    CHECK_FALSE(mentions(R"({"a":"resourc"})"));
    CHECK_FALSE(mentions(R"({"_meta":{"a":"resource"},"a":0})"));
}

TEST_CASE("each_named_member_of_params_goes_to_its_own_span") {
    const std::string text = request_with_params(
        R"({"uri":"u","cursor":"c","ref":{"type":"r"},"level":"debug","progressToken":3,)"
        R"("requestId":4,"inputResponses":{"q":{}},"requestState":"s","taskId":"t","unknown":0})");
    const auto found = scan(text).in_params;
    CHECK(found.uri.of(text) == R"("u")");
    CHECK(found.cursor.of(text) == R"("c")");
    CHECK(found.ref.of(text) == R"({"type":"r"})");
    CHECK(found.level.of(text) == R"("debug")");
    CHECK(found.progress_token.of(text) == "3");
    CHECK(found.request_id.of(text) == "4");
    CHECK(found.input_responses.of(text) == R"({"q":{}})");
    CHECK(found.request_state.of(text) == R"("s")");
    CHECK(found.task_id.of(text) == R"("t")");
    CHECK_FALSE(found.name);
    CHECK_FALSE(found.meta);
}

TEST_CASE("spans_of_a_result_cover_its_members") {
    const std::string text =
        response_with_result(R"({"resultType":"complete","_meta":{"a":1},"nextCursor":"n",)"
                             R"("structuredContent":[1.0],"isError":true,"content":[]})");
    const envelope e = scan(text);
    CHECK(e.kind == message_kind::response);
    CHECK_FALSE(e.is_error);
    CHECK(e.id.of(text) == "1");
    CHECK(e.result.end == text.size() - 1);
    CHECK(e.in_result.result_type.of(text) == R"("complete")");
    CHECK(e.in_result.meta.of(text) == R"({"a":1})");
    CHECK(e.in_result.next_cursor.of(text) == R"("n")");
    CHECK(e.in_result.structured_content.of(text) == "[1.0]");
    CHECK(e.in_result.is_error.of(text) == "true");
}

TEST_CASE("a_result_that_is_no_object_has_no_inner_spans") {
    const std::string value = GENERATE("42", "null", "\"s\"", R"([{"isError":true}])");
    const std::string text = response_with_result(value);
    const envelope e = scan(text);
    CHECK(e.result.of(text) == value);
    CHECK_FALSE(e.in_result.is_error);
}

TEST_CASE("an_error_response_may_have_a_null_id_or_none") {
    const std::string id = GENERATE(R"("id":null,)", "", R"("id":"x",)");
    const std::string text = R"({"jsonrpc":"2.0",)" + id + R"("error":{"code":-32700}})";
    const envelope e = scan(text);
    CHECK(e.kind == message_kind::response);
    CHECK(e.is_error);
    CHECK(e.error.of(text) == R"({"code":-32700})");
    CHECK(static_cast<bool>(e.id) == !id.empty());
}

TEST_CASE("a_message_without_id_is_a_notification") {
    const std::string text =
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r"}})";
    const envelope e = scan(text);
    CHECK(e.kind == message_kind::notification);
    CHECK(e.method.of(text) == notification::cancelled);
    CHECK(e.in_params.request_id.of(text) == R"("r")");
}

TEST_CASE("member_order_and_unknown_members_do_not_matter") {
    const std::string text = R"({"x":[{"id":5}],"params":{"_meta":{"progressToken":1}},)"
                             R"("method":"a","y":1,"y":2,"id":"i","jsonrpc":"2.0"})";
    const envelope e = scan(text);
    CHECK(e.id.of(text) == R"("i")");
    CHECK(e.in_meta.progress_token.of(text) == "1");
}

TEST_CASE("ids_are_strings_or_integers_of_any_length") {
    const std::string id = GENERATE("0", "-0", "-12", "\"\"", R"("a\nb\"")",
                                    "123456789012345678901234567890", "\"é\"");
    const std::string text = request_with_id(id);
    CHECK(scan(text).id.of(text) == id);
    CHECK(find_id(text) == id);
}

TEST_CASE("ids_of_other_kinds_are_refused") {
    const std::string id =
        GENERATE("null", "1.0", "1e3", "1E3", "-1.5", "true", "false", "[]", "{}", "[1]");
    CHECK(refusal(request_with_id(id)) == errc::invalid_request);
    CHECK(find_id(request_with_id(id)).empty());
    CHECK(refusal(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{}})") == errc::invalid_request);
}

TEST_CASE("only_error_responses_may_have_a_null_id") {
    CHECK(refusal(R"({"jsonrpc":"2.0","id":1.5,"error":{}})") == errc::invalid_request);
    CHECK(refusal(R"({"jsonrpc":"2.0","id":[],"error":{}})") == errc::invalid_request);
    CHECK(scan_envelope(R"({"jsonrpc":"2.0","id":null,"error":{}})").has_value());
}

TEST_CASE("messages_that_are_no_json_rpc_are_refused") {
    const std::string text =
        GENERATE(as<std::string>{}, R"({})", R"("text")", "42", "null",
                 R"({"id":1,"method":"a"})",                                         // no jsonrpc
                 R"({"jsonrpc":"1.0","id":1,"method":"a"})",                         //
                 R"({"jsonrpc":2.0,"id":1,"method":"a"})",                           //
                 R"({"jsonrpc":"2\u002e0","id":1,"method":"a"})",                    //
                 R"({"jsonrpc":"2.0","id":1})",                                      // of no kind
                 R"({"jsonrpc":"2.0","params":{}})",                                 //
                 R"({"jsonrpc":"2.0","result":{}})",                                 // no id
                 R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",               // both
                 R"({"jsonrpc":"2.0","id":1,"error":"no"})",                         //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","result":{}})",             //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","error":{}})",              //
                 R"({"jsonrpc":"2.0","id":1,"method":1})",                           //
                 R"({"jsonrpc":"2.0","id":1,"method":""})",                          //
                 R"({"jsonrpc":"2.0","id":1,"method":null})",                        //
                 R"({"jsonrpc":"2.0","id":1,"method":"tools\/call"})",               //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","params":[]})",             //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","params":null})",           //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":null}})", //
                 R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":[]}})",   //
                 R"({"jsonrpc":"2.0","id":1,"result":{"_meta":"m"}})");
    CHECK(refusal(text) == errc::invalid_request);
    CHECK(check_json(text).has_value());
}

TEST_CASE("members_that_the_envelope_names_may_stand_only_once") {
    const std::string name =
        GENERATE("name", "uri", "arguments", "cursor", "ref", "level", "progressToken", "requestId",
                 "inputResponses", "requestState", "taskId", "_meta");
    const std::string member = '"' + name + R"(":{})";
    CHECK(refusal(request_with_params("{" + member + "," + member + "}")) == errc::invalid_request);
    CHECK(scan_envelope(request_with_params("{" + member + "}")).has_value());
}

TEST_CASE("duplicates_are_refused_at_every_level_that_is_read") {
    const std::string text =
        GENERATE(as<std::string>{}, R"({"jsonrpc":"2.0","jsonrpc":"2.0","method":"a"})",
                 R"({"jsonrpc":"2.0","id":1,"method":"a","id":1})",
                 R"({"jsonrpc":"2.0","method":"a","method":"b"})",
                 R"({"jsonrpc":"2.0","method":"a","params":{},"params":{}})",
                 R"({"jsonrpc":"2.0","id":1,"result":1,"result":2})",
                 R"({"jsonrpc":"2.0","id":1,"error":{},"error":{}})",
                 R"({"jsonrpc":"2.0","id":1,"result":{"isError":true,"isError":false}})",
                 R"({"jsonrpc":"2.0","id":1,"result":{"_meta":{},"_meta":{}}})",
                 R"({"jsonrpc":"2.0","method":"a","params":{"_meta":)"
                 R"({"progressToken":1,"progressToken":2}}})");
    CHECK(refusal(text) == errc::invalid_request);
}

TEST_CASE("duplicates_elsewhere_pass") {
    CHECK(scan_envelope(request_with_params(R"({"arguments":{"name":1,"name":2},"z":1,"z":2})"))
              .has_value());
    CHECK(
        scan_envelope(response_with_result(R"({"_meta":{"a":1,"a":2},"content":[{"t":1,"t":2}]})"))
            .has_value());
    CHECK(scan_envelope(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"code":2}})").has_value());
}

TEST_CASE("escapes_in_member_names_are_refused_where_they_could_hide_a_member") {
    CHECK(refusal(R"({"jsonrpc":"2.0","\u0069d":1,"method":"a"})") == errc::invalid_request);
    CHECK(refusal(request_with_params(R"({"n\u0061me":"b"})")) == errc::invalid_request);
    CHECK(refusal(request_with_params(R"({"_meta":{"progress\u0054oken":1}})")) ==
          errc::invalid_request);
    CHECK(refusal(response_with_result(R"({"is\u0045rror":true})")) == errc::invalid_request);
    CHECK(scan_envelope(request_with_params(R"({"arguments":{"n\u0061me":"b"}})")).has_value());
    CHECK(scan_envelope(request_with_params(R"({"_meta":{"a\/b":1}})")).has_value());
    CHECK(scan_envelope(R"({"jsonrpc":"2.0","x\n":1,"method":"a"})").has_value());
    CHECK(scan_envelope(response_with_result(R"({"_meta":{"a\/b":1}})")).has_value());
}

TEST_CASE("json_that_is_broken_is_a_parse_error_even_if_it_is_no_message_either") {
    CHECK(refusal(R"({"jsonrpc":"1.0","id":1,"id":2,"method":)") == errc::parse_error);
    CHECK(refusal(R"({"a":1}x)") == errc::parse_error);
    CHECK(refusal("") == errc::parse_error);
    CHECK(refusal(" \n") == errc::parse_error);
    CHECK(refusal(std::string_view{}) == errc::parse_error);
}

TEST_CASE("batches_are_refused_by_name") {
    CHECK(refusal("[]") == errc::batch_not_supported);
    CHECK(refusal(" [" + request_with_id("1") + "]") == errc::batch_not_supported);
}

TEST_CASE("a_byte_order_mark_and_trailing_bytes_are_refused") {
    const std::string text = request_with_id("1");
    CHECK(refusal("\xEF\xBB\xBF" + text) == errc::parse_error);
    CHECK(refusal(text + text) == errc::parse_error);
    CHECK(refusal(text + "\n}") == errc::parse_error);
    CHECK(refusal(text + std::string(1, '\0')) == errc::parse_error);
    CHECK(scan_envelope(" \t\r\n" + text + " \t\r\n").has_value());
}

TEST_CASE("every_truncated_prefix_of_a_message_is_refused") {
    const std::string text = GENERATE(from_range(samples));
    CHECK(scan_envelope(text).has_value());
    for (std::size_t size = 0; size < text.size(); ++size) {
        // A copy of exactly that size, so that a sanitizer sees a read behind it.
        const std::vector<char> prefix(text.begin(),
                                       text.begin() + static_cast<std::ptrdiff_t>(size));
        const auto found = scan_envelope({prefix.data(), prefix.size()});
        INFO(std::string_view(prefix.data(), prefix.size()));
        REQUIRE(found.has_error());
        REQUIRE(found.error().code == errc::parse_error);
        REQUIRE(find_id({prefix.data(), prefix.size()}).empty());
    }
}

TEST_CASE("a_hundred_thousand_levels_do_not_touch_the_stack") {
    const std::size_t levels = 100'000;
    const std::string arrays(levels, '[');
    std::string objects;
    for (std::size_t i = 0; i < levels; ++i) objects += R"({"a":)";
    for (const std::string& open : {arrays, objects}) {
        CHECK(refusal(request_with_params(R"({"x":)" + open)) == errc::depth_exceeded);
        CHECK(check_json(open).error().code == errc::depth_exceeded);
        CHECK(check_json(open, {.depth_max = levels * 2}).error().code == errc::depth_exceeded);
        CHECK(find_id(open).empty());
    }
    CHECK(refusal(arrays) == errc::batch_not_supported);
}

TEST_CASE("nesting_is_allowed_up_to_the_limit") {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    CHECK(check_json(nested(256)).has_value());
    CHECK(check_json(nested(257)).error().code == errc::depth_exceeded);
    CHECK(check_json(nested(3), {.depth_max = 3}).has_value());
    CHECK(check_json(nested(4), {.depth_max = 3}).error().code == errc::depth_exceeded);
    CHECK(check_json("1", {.depth_max = 0}).has_value());
    CHECK(check_json("{}", {.depth_max = 0}).error().code == errc::depth_exceeded);
    // The message, params and _meta are levels as well.
    const scan_limits limits{.depth_max = 3};
    CHECK(
        scan_envelope(request_with_params(R"({"_meta":{"progressToken":1}})"), limits).has_value());
    CHECK(scan_envelope(request_with_params(R"({"_meta":{"x":{}}})"), limits).error().code ==
          errc::depth_exceeded);
    // Levels that were left do not count, and mixed kinds are not confused.
    std::string wide = "[0";
    for (int i = 0; i < 300; ++i) wide += R"(,{"a":[{}]})";
    CHECK(check_json(wide + "]", {.depth_max = 4}).has_value());
    CHECK(check_json(R"([{"a":[1}]])").error().code == errc::parse_error);
    CHECK(check_json(R"({"a":[1]])").error().code == errc::parse_error);
}

TEST_CASE("raw_newlines_between_tokens_are_noted_and_flattened") {
    const std::string pretty =
        "{\r\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n  \"method\": \"a\"\n}\n";
    const envelope before = scan(pretty);
    CHECK(before.has_newline);
    const auto text = flatten_newlines(pretty);
    CHECK(text == "{    \"jsonrpc\": \"2.0\",   \"id\": 1,   \"method\": \"a\" } ");
    const envelope after = scan(text);
    CHECK_FALSE(after.has_newline);
    CHECK(after.id == before.id);
    CHECK(after.method == before.method);

    CHECK(scan("\n" + samples[0]).has_newline);
    CHECK(scan(samples[0] + "\r").has_newline);
    CHECK_FALSE(scan(R"({"jsonrpc":"2.0","method":"a","x":"\n\r"})").has_newline);
    CHECK_FALSE(scan(" \t" + samples[0]).has_newline);
    CHECK(scan(request_with_params("{\"arguments\":[1,\n2]}")).has_newline);
}

TEST_CASE("find_id_tells_the_id_of_a_refused_message_only_where_it_is_certain") {
    CHECK(find_id(R"({"jsonrpc":"1.0","id":5,"method":"a"})") == "5");
    CHECK(find_id(R"({"id":"x"})") == R"("x")");
    CHECK(find_id(" {\"x\":{\"id\":1},\"id\" : 2 } ") == "2");
    CHECK(find_id(R"({"id":1,"x\n":1})") == "1");
    CHECK(find_id(R"({"id":1,"id":1})").empty());
    CHECK(find_id(R"({"id":1,"\u0069d":2})").empty());
    CHECK(find_id(R"({"\u0069d":2})").empty());
    CHECK(find_id(R"({"x":{"id":1}})").empty());
    CHECK(find_id(R"([{"id":1}])").empty());
    CHECK(find_id(R"({"id":1)").empty());
    CHECK(find_id(R"({"id":1}x)").empty());
    CHECK(find_id(R"({"id":1,"x":[[[]]]})", {.depth_max = 2}).empty());
    CHECK(find_id("").empty());
}

TEST_CASE("a_refusal_names_the_byte_and_what_was_expected") {
    const auto broken = scan_envelope(R"({"jsonrpc":"2.0" "id":1})");
    REQUIRE(broken.has_error());
    CHECK(broken.error().detail ==
          "The message is not valid JSON (at byte 17: expected ',' or '}')");
    const auto twice = scan_envelope(R"({"id":1,"id":2})");
    REQUIRE(twice.has_error());
    CHECK(twice.error().detail == "The message is not a valid JSON-RPC request (at byte 8: "
                                  "expected each member only once)");
    CHECK(check_json("[[[]]]", {.depth_max = 2}).error().detail ==
          "The message is nested too deeply (at byte 2: expected at most 2 nested arrays and "
          "objects)");
}
