// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/execute_arguments.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw {
namespace {

constexpr std::string_view execute = "execute_child_tool";

client_request request_with(const std::string& arguments) {
    client_request request;
    request.text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x")" +
                   (arguments.empty() ? "" : R"(,"arguments":)" + arguments) + "}}";
    request.message = *scan_envelope(request.text);
    return request;
}

} // namespace

TEST_CASE("arguments_that_are_absent_are_an_empty_object") {
    const auto parsed = parse_arguments({}, "list_registered_children");
    REQUIRE_FALSE(parsed.has_error());
    CHECK(parsed->empty());
}

TEST_CASE("arguments_of_every_own_tool_are_accepted_in_their_types") {
    struct row {
        std::string_view tool, arguments;
    };
    const std::vector<row> rows{
        {"list_registered_children", R"({"layer":"a","tag":"b"})"},
        {"get_child_status", R"({"server_id":"x"})"},
        {"get_child_status", R"({"child_name":"x"})"},
        {"get_schema", R"({"server_id":"x","tool_name":"t"})"},
        {"get_schema", R"({"child_name":"x"})"},
        {"close_child_session", R"({"server_id":"x"})"},
        {"close_child_session", R"({"child_name":"x"})"},
        {execute, R"({"server_id":"x","tool_name":"t","arguments":{"any":[1]}})"},
        {execute, R"({"child_name":"x","tool_name":"t","tool_args":{}})"},
        {execute, R"({"head":0,"tail":18446744073709551615,"head_chars":null,"tail_chars":7})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.tool, r.arguments);
        CHECK_FALSE(parse_arguments(r.arguments, r.tool).has_error());
    }
}

TEST_CASE("arguments_that_are_a_little_off_mean_what_is_certain") {
    struct row {
        std::string_view tool, given, meant;
    };
    const std::vector<row> rows{
        {"list_registered_children", "null", "{}"},
        {"list_registered_children", R"("{}")", "{}"},
        {"list_registered_children", R"("{\"layer\":\"a\"}")", R"({"layer":"a"})"},
        {"list_registered_children", R"({"layer":null})", "{}"},
        {"list_registered_children", R"({"layer":null,"tag":"t"})", R"({"tag":"t"})"},
        {"list_registered_children", R"({"nobody":null})", "{}"},
        {"get_child_status", R"({"server_id":"x","child_name":null})", R"({"server_id":"x"})"},
        {"get_child_status", R"({"server_id":null,"child_name":"x"})", R"({"child_name":"x"})"},
        {"get_child_status", R"({"server_id":"x","child_name":"x"})",
         R"({"server_id":"x","child_name":"x"})"},
        {"get_schema", R"({"server_id":"x","tool_name":null})", R"({"server_id":"x"})"},
        {"close_child_session", R"("{\"server_id\":\"x\"}")", R"({"server_id":"x"})"},
        {execute, R"({"arguments":null})", "{}"},
        {execute, R"({"tool_args":null,"arguments":null})", "{}"},
        {execute, R"({"arguments":"{}"})", R"({"arguments":{}})"},
        {execute, R"({"arguments":" {\"a\" : 2}\n"})", R"({"arguments":{"a":2}})"},
        {execute, R"({"tool_args":"{\"a\":[1]}"})", R"({"tool_args":{"a":[1]}})"},
        {execute, R"({"arguments":{},"tool_args":{}})", R"({"arguments":{},"tool_args":{}})"},
        {execute, R"({"head":null,"tail":null})", "{}"},
        {execute, R"({"head":"5"})", R"({"head":5})"},
        {execute, R"({"head":5.0,"tail":1e2})", R"({"head":5,"tail":100})"},
        {execute, R"({"head_chars":"0"})", R"({"head_chars":0})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.tool, r.given);
        const auto parsed = parse_arguments(r.given, r.tool);
        REQUIRE_FALSE(parsed.has_error());
        CHECK(boost::json::value(*parsed) == boost::json::parse(r.meant));
    }
}

TEST_CASE("wrong_argument_is_named_with_what_was_expected") {
    struct row {
        std::string_view tool, arguments, key, expectation;
    };
    const std::vector<row> rows{
        {execute, R"({"server_id":7})", "`server_id`", "a string"},
        {execute, R"({"tool_name":["t"]})", "`tool_name`", "a string"},
        {execute, R"({"arguments":"x"})", "`arguments`", "an object"},
        {execute, R"({"arguments":"[1]"})", "`arguments`", "an object"},
        {execute, R"({"arguments":"{\"a\":1} x"})", "`arguments`", "an object"},
        {execute, R"({"arguments":""})", "`arguments`", "an object"},
        {execute, R"({"arguments":[]})", "`arguments`", "an object"},
        {execute, R"({"tool_args":1})", "`tool_args`", "an object"},
        {execute, R"({"head":-1})", "`head`", "a whole number from 0"},
        {execute, R"({"tail":1.5})", "`tail`", "a whole number from 0"},
        {execute, R"({"head_chars":"9 lines"})", "`head_chars`", "a whole number from 0"},
        {execute, R"({"head_chars":"-9"})", "`head_chars`", "a whole number from 0"},
        {execute, R"({"head_chars":""})", "`head_chars`", "a whole number from 0"},
        {execute, R"({"tail_chars":true})", "`tail_chars`", "a whole number from 0"},
        {execute, R"({"servre_id":"x"})", "`servre_id`", "`server_id`, `child_name`, `tool_name`"},
        {"get_schema", R"({"arguments":{}})", "`arguments`", "`server_id`"},
        {"get_child_status", R"({"tool_name":"t"})", "`tool_name`", "`server_id`"},
        {"list_registered_children", R"({"layer":1})", "`layer`", "a string"},
        {"list_registered_children", R"({"server_id":"x"})", "`server_id`", "`layer`, `tag`"},
        {"close_child_session", R"({"force":true})", "`force`", "`server_id`"},
        {execute, R"({"server_id":"x","child_name":"y"})", "`child_name`", "give one of each"},
        {execute, R"({"arguments":{},"tool_args":{"a":1}})", "`tool_args`", "give one of each"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.tool, r.arguments);
        const auto parsed = parse_arguments(r.arguments, r.tool);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::invalid_arguments);
        const std::string message{parsed.error().message()};
        CAPTURE(message);
        CHECK(message.find(r.key) != message.npos);
        CHECK(message.find(r.expectation) != message.npos);
    }
}

TEST_CASE("arguments_that_are_no_object_are_refused") {
    for (const std::string_view text : {"[]", "true", "7", "\"x\"", "\"[]\"", "\"\""}) {
        CAPTURE(text);
        const auto parsed = parse_arguments(text, execute);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::invalid_arguments);
    }
}

TEST_CASE("unknown_argument_with_a_long_name_does_not_flood_the_message") {
    const auto parsed =
        parse_arguments("{\"" + std::string(100'000, 'k') + "\":1}", "get_child_status");
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().message().size() < 300);
}

TEST_CASE("truncation_is_taken_from_the_arguments_in_all_forms") {
    const auto of = [](std::string_view text) {
        return truncation_of(*parse_arguments(text, execute));
    };
    CHECK_FALSE(of("{}").is_set());
    CHECK_FALSE(of(R"({"head":null,"tail":null})").is_set());
    CHECK(of(R"({"head":100,"tail":0})") == truncation{100, 0, {}, {}});
    CHECK(of(R"({"tail":200})") == truncation{{}, 200, {}, {}});
    CHECK(of(R"({"head_chars":3,"tail_chars":4})") == truncation{{}, {}, 3, 4});
    CHECK(of(R"({"head":0,"tail":18446744073709551615})") ==
          truncation{0, 18446744073709551615U, {}, {}});
}

TEST_CASE("arguments_of_the_childs_tool_keep_their_bytes") {
    const auto raw = [](const std::string& arguments) {
        const auto request = request_with(arguments);
        std::string room;
        return std::string{raw_tool_arguments(request, room)};
    };
    CHECK(raw("null") == "{}");
    CHECK(raw(R"({"arguments":null})") == "{}");
    CHECK(raw(R"({"arguments":null,"tool_args":{"a":1}})") == R"({"a":1})");
    // As a text, once and twice; on a stdio line no line end may be left.
    CHECK(raw(R"({"arguments":"{\n\"n\": 1.0,\r\n \"s\":\"a b\"}"})") == R"({"n":1.0,"s":"a b"})");
    CHECK(raw(R"("{\"arguments\":{\"big\":12345678901234567890}}")") ==
          R"({"big":12345678901234567890})");
    CHECK(raw(R"("{\"tool_args\":\"{\\\"a\\\":1}\"}")") == R"({"a":1})");
    CHECK(raw("").empty() == false);
    CHECK(raw("") == "{}");
    CHECK(raw(R"({"server_id":"x"})") == "{}");
    CHECK(raw(R"({"arguments":{ "n":1.0,"big":12345678901234567890 }})") ==
          R"({ "n":1.0,"big":12345678901234567890 })");
    CHECK(raw(R"({"tool_args":{"\u0061":1e400},"server_id":"x"})") == R"({"\u0061":1e400})");
}

TEST_CASE("error_of_a_child_becomes_a_fault_that_names_the_tool") {
    const auto refused =
        fault_of_child_error("s", "t", R"({"code":-32602,"message":"a \"b\" is missing"})");
    CHECK(refused.code == errc::invalid_arguments);
    CHECK(refused.message() == "server 's' refused to run 't': a \"b\" is missing (-32602)");
    const auto broken = fault_of_child_error("s", "t", R"({"code":-32603,"message":"boom"})");
    CHECK(broken.code == errc::server_failed);
    const auto odd = fault_of_child_error("s", "t", R"({"code":"x","message":7})");
    CHECK(odd.code == errc::server_failed);
    CHECK(odd.message() == "server 's' refused to run 't': no message (0)");
}

TEST_CASE("result_without_structured_content_gets_one") {
    CHECK(with_structured_content(R"({"content":[]})", "s\"", "t") ==
          R"({"structuredContent":{"server_id":"s\"","tool_name":"t"},"content":[]})");
    CHECK(with_structured_content("{}", "s", "t") ==
          R"({"structuredContent":{"server_id":"s","tool_name":"t"}})");
    CHECK(with_structured_content("{ }", "s", "t") ==
          R"({"structuredContent":{"server_id":"s","tool_name":"t"} })");
    CHECK(with_structured_content(" { \"isError\":true}", "s", "t") ==
          R"( {"structuredContent":{"server_id":"s","tool_name":"t"}, "isError":true})");
}

TEST_CASE("result_with_structured_content_or_open_questions_stays_as_it_is") {
    for (const std::string text :
         {R"({"structuredContent":{"n":1.0}})", R"({"structuredContent":null,"content":[]})",
          R"({"resultType":"input_required","requestState":"s"})"}) {
        CAPTURE(text);
        CHECK(with_structured_content(text, "s", "t") == text);
    }
}

} // namespace mcpgw

namespace mcpgw::gateway_test {
TEST_CASE("execute_child_tool_passes_everything_of_a_result_through") {
    gateway_world world;
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client old_client{world, {}};
    gateway_client new_client{world, modern()};
    const std::string body =
        R"("content":[{"type":"text","text":"one\ntwo\nthree\nfour"},)"
        R"({"type":"image","data":"aGk=","mimeType":"image/png"},)"
        R"({"type":"resource","resource":{"uri":"fake://r","text":"1\n2\n3\n4"}}],)"
        R"("structuredContent":{"f":1.0,"big":12345678901234567890,"text":"one\ntwo\nthree"},)"
        R"("isError":true,)";
    const std::string meta = R"("com.example/trace":1.0)";
    for (auto* const client : {&old_client, &new_client})
        for (const std::string name : {"old", "new"}) {
            const auto text = client
                                  ->send("tools/call", call_members("execute_child_tool",
                                                                    execution(name, "rich")))
                                  ->raw_result();
            CAPTURE(name, text);
            for (const auto& part : {body, meta, std::string{R"("extra":[1.0])"}})
                CHECK(text.find(part) != text.npos);
        }
    // Content of a child that has none of its own kind.
    const auto bare = old_client.call("execute_child_tool", execution("new", "bare"));
    CHECK(bare.at("structuredContent").at("server_id") == "new");
    CHECK(bare.at("structuredContent").at("tool_name") == "bare");
    const auto listing = new_client.call("execute_child_tool", execution("new", "listing"));
    CHECK(listing.at("structuredContent") == json::array{1, 2.0});
    CHECK(old_client.call("execute_child_tool", execution("new", "listing"))
              .at("structuredContent")
              .is_object());
}

TEST_CASE("execute_child_tool_knows_the_older_names_of_its_arguments") {
    gateway_world world;
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    const auto seen = text_of(
        client.call("execute_child_tool",
                    R"({"child_name":"old","tool_name":"inspect","tool_args":{ "n":1.0 }})"));
    CHECK(seen.find(R"("arguments":{ "n":1.0 })") != seen.npos);
    const auto none =
        text_of(client.call("execute_child_tool", R"({"server_id":"old","tool_name":"inspect"})"));
    CHECK(none.find(R"("arguments":{})") != none.npos);
}

TEST_CASE("execute_child_tool_cuts_texts_in_every_form_and_nothing_else") {
    gateway_world world;
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    const auto cut = [&](const std::string& how) {
        return text_of(
            client.call("execute_child_tool", execution("demo", "large_text", R"({"lines":1000})",
                                                        how.empty() ? how : "," + how)));
    };
    const auto whole = cut("");
    CHECK(whole.ends_with("line 999\nline 1000"));
    CHECK(cut(R"("head":null,"tail":null)") == whole);
    CHECK(cut(R"("head":500,"tail":500)") == whole);

    const auto preview = cut(R"("head":2,"tail":0)");
    CHECK(preview.starts_with("line 1\nline 2\n"));
    CHECK(preview.find("998 lines") != preview.npos);
    CHECK(preview.find("line 3") == preview.npos);
    CHECK(cut(R"("head":2)") == preview);

    const auto summary = cut(R"("head":1,"tail":1)");
    CHECK(summary.starts_with("line 1\n"));
    CHECK(summary.ends_with("\nline 1000"));
    CHECK(summary.find("998 lines") != summary.npos);

    const auto recent = cut(R"("head":0,"tail":2)");
    CHECK(recent.ends_with("line 999\nline 1000"));
    CHECK(recent.find("998 lines") != recent.npos);

    const auto nothing = cut(R"("head":0,"tail":0)");
    CHECK(nothing.find("line 1\n") == nothing.npos);
    CHECK(nothing.find("1,000 lines") != nothing.npos);

    const auto by_characters = cut(R"("head_chars":6,"tail_chars":9)");
    CHECK(by_characters.starts_with("line 1"));
    CHECK(by_characters.ends_with("line 1000"));
    CHECK(by_characters.size() < 100);

    // Every text block is cut; images, structured content and the error flag stay.
    const auto rich =
        client.call("execute_child_tool", execution("old", "rich", "{}", R"(,"head":1,"tail":0)"));
    CHECK(text_of(rich).starts_with("one\n"));
    CHECK(text_of(rich).find("two") == std::string::npos);
    CHECK(rich.at("content").at(1).at("data") == "aGk=");
    CHECK(rich.at("content").at(2).at("resource").at("text").as_string().find("\n4") ==
          std::string::npos);
    CHECK(rich.at("structuredContent").at("text") == "one\ntwo\nthree");
    CHECK(is_error(rich));
}

TEST_CASE("cut_that_a_child_is_configured_with_is_the_default") {
    gateway_world world;
    auto fixed = gateway_world::demo("fixed");
    fixed.truncate.head = 3;
    world.add(fixed);
    auto adaptive = gateway_world::demo("adaptive");
    adaptive.truncate_adaptive = default_adaptive_truncation();
    world.add(adaptive);
    gateway_client client{world, {}};
    const auto lines = [&](const std::string& server, int count, const std::string& how = {}) {
        const auto text = text_of(client.call(
            "execute_child_tool",
            execution(server, "large_text", R"({"lines":)" + std::to_string(count) + "}", how)));
        return std::ranges::count(text, '\n') + 1;
    };
    CHECK(lines("fixed", 100) == 4); // one says what is missing
    CHECK(lines("fixed", 100, R"(,"head":10,"tail":5)") == 16);
    CHECK(lines("fixed", 3) == 3);
    CHECK(lines("adaptive", 999) == 999);
    CHECK(lines("adaptive", 5'000) == 1'001);
    CHECK(lines("adaptive", 20'000) == 401);
    CHECK(lines("adaptive", 20'000, R"(,"tail":7)") == 8);
}

} // namespace mcpgw::gateway_test
