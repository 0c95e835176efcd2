// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_tool_calls.hpp"

#include "tests/support/demo_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

namespace mcpgw::demo_test {

namespace json = boost::json;

namespace {

json::value call(std::string_view tool, std::string_view arguments = "{}") {
    demo_client client;
    client.initialize();
    return client.ask(demo_client::legacy_call("1", tool, arguments));
}

std::string structured_text(const json::value& answer) {
    return json::serialize(answer.at("result").at("structuredContent"));
}

} // namespace

TEST_CASE("every_listed_tool_is_described_and_exists") {
    demo_client client;
    const auto tools = client.ask(demo_client::modern("1", "tools/list")).at("result").at("tools");
    std::set<std::string> names;
    for (const auto& tool : tools.as_array()) {
        const std::string name{tool.at("name").as_string()};
        CAPTURE(name);
        CHECK(names.insert(name).second);
        CHECK(find_demo_tool(name));
        CHECK(!tool.at("title").as_string().empty());
        CHECK(!tool.at("description").as_string().empty());
        CHECK(tool.at("inputSchema").at("type") == "object");
        CHECK(tool.at("annotations").at("openWorldHint") == false);
    }
    CHECK(names == std::set<std::string>{"echo", "add", "wait", "ask", "large_text", "image",
                                         "fail", "crash", "environment", "log"});
}

TEST_CASE("echo_returns_the_bytes_of_the_message_unchanged") {
    demo_client client;
    client.initialize();
    std::string out;
    demo_dispatcher server{{}, {}};
    const auto raw = R"("\u00e9 \/ \"q\" \\ \ud83d\ude00 ü \n")";
    server.on_line(demo_client::modern("\"x\"", "tools/call",
                                       demo_client::call_members(
                                           "echo", R"({"message":)" + std::string{raw} + "}")),
                   {}, out);
    CHECK(out.find(R"([{"type":"text","text":)" + std::string{raw} + "}]") != std::string::npos);
    CHECK(out.starts_with(R"({"jsonrpc":"2.0","id":"x","result":{)"));
    CHECK(text_of(call("echo", R"({"message":""})")).empty());
}

TEST_CASE("echo_takes_megabytes") {
    const std::string large(3'000'000, 'm');
    CHECK(text_of(call("echo", R"({"message":")" + large + R"("})")) == large);
}

TEST_CASE("echo_works_for_every_spelling_of_its_name_and_keys") {
    CHECK(text_of(call("\\u0065cho", R"({"message":"a"})")) == "a");
    CHECK(text_of(call("echo", R"({"m\u0065ssage":"a"})")) == "a");
}

TEST_CASE("add_keeps_integers_exact") {
    const auto five = call("add", R"({"a":2,"b":3})");
    CHECK(text_of(five) == "5");
    CHECK(structured_text(five) == R"({"sum":5})");
    CHECK(text_of(call("add", R"({"a":9007199254740993,"b":2})")) == "9007199254740995");
    CHECK(text_of(call("add", R"({"a":9223372036854775807,"b":1})")) == "9223372036854775808");
    CHECK(text_of(call("add", R"({"a":-9223372036854775808,"b":1})")) == "-9223372036854775807");
    CHECK(text_of(call("add", R"({"a":18446744073709551615,"b":-1})")).starts_with("1.8446744"));
    CHECK(text_of(call("add", R"({"a":0.5,"b":2})")) == "2.5");
    CHECK(is_tool_error(call("add", R"({"a":1e308,"b":1e308})")));
}

TEST_CASE("wrong_arguments_are_tool_errors_that_name_the_argument") {
    struct wrong_call {
        const char* tool;
        const char* arguments;
        const char* named;
    };
    for (const auto& wrong : {
             wrong_call{"echo", "{}", "message"},
             wrong_call{"echo", R"({"message":5})", "message"},
             wrong_call{"add", R"({"a":1})", "'b'"},
             wrong_call{"add", R"({"a":"1","b":2})", "'a'"},
             wrong_call{"wait", "{}", "seconds"},
             wrong_call{"wait", R"({"seconds":601})", "from 0 to 600"},
             wrong_call{"wait", R"({"seconds":-1})", "from 0 to 600"},
             wrong_call{"wait", R"({"seconds":1,"steps":0})", "from 1 to 1000"},
             wrong_call{"wait", R"({"seconds":1,"steps":1.5})", "steps"},
             wrong_call{"ask", "{}", "question"},
             wrong_call{"large_text", R"({"lines":0})", "from 1 to 1000000"},
             wrong_call{"large_text", R"({"lines":"5"})", "lines"},
             wrong_call{"image", R"({"size":5})", "size"},
             wrong_call{"fail", "{}", "message"},
             wrong_call{"crash", R"({"code":4})", "code"},
             wrong_call{"environment", R"({"name":"HOME"})", "name"},
             wrong_call{"log", R"({"level":"loud","message":"x"})", "level"},
             wrong_call{"log", R"({"level":"info"})", "message"},
         }) {
        CAPTURE(wrong.tool, wrong.arguments);
        const auto answer = call(wrong.tool, wrong.arguments);
        CHECK(is_tool_error(answer));
        CHECK(text_of(answer).find(wrong.named) != std::string::npos);
        CHECK(text_of(answer).find("expected") != std::string::npos);
    }
}

TEST_CASE("malformed_calls_and_unknown_tools_are_protocol_errors") {
    CHECK(error_code_of(call("no_such_tool")) == -32602);
    CHECK(error_code_of(call("echo", "[]")) == -32602);
    CHECK(error_code_of(call("add", "5")) == -32602);
    demo_client client;
    client.initialize();
    CHECK(error_code_of(client.ask(demo_client::legacy("1", "tools/call"))) == -32602);
    CHECK(error_code_of(client.ask(demo_client::legacy("1", "tools/call", R"({"name":5})"))) ==
          -32602);
}

TEST_CASE("large_text_numbers_its_lines") {
    CHECK(text_of(call("large_text", R"({"lines":3})")) == "line 1\nline 2\nline 3");
    CHECK(text_of(call("large_text")).ends_with("\nline 1000"));
    CHECK(text_of(call("large_text", R"({"lines":2.0})")) == "line 1\nline 2");
}

TEST_CASE("image_has_a_picture_and_a_text") {
    const auto answer = call("image");
    const auto& content = answer.at("result").at("content");
    CHECK(content.at(0).at("type") == "image");
    CHECK(content.at(0).at("mimeType") == "image/png");
    CHECK(content.at(1).at("type") == "text");
}

TEST_CASE("fail_fails_with_the_given_message") {
    const auto answer = call("fail", R"({"message":"out of paper"})");
    CHECK(is_tool_error(answer));
    CHECK(text_of(answer) == "out of paper");
}

TEST_CASE("environment_tells_names_and_directory") {
    CHECK(structured_text(call("environment")) == R"({"cwd":"/work dir","names":["HOME","PATH"]})");
}

TEST_CASE("crash_is_not_answered_and_sets_the_exit_code") {
    demo_client client;
    client.initialize();
    CHECK_FALSE(client.server().exit_code());
    CHECK(client.send(demo_client::legacy_call("1", "crash")).empty());
    CHECK(client.server().exit_code() == 3);
}

TEST_CASE("legacy_log_messages_follow_the_level_that_was_set") {
    demo_client client;
    client.initialize();
    const auto log = [&client](std::string_view level) {
        return client.send(demo_client::legacy_call(
            "1", "log", R"({"level":")" + std::string{level} + R"(","message":"m\"x"})"));
    };
    const auto first = log("debug");
    REQUIRE(first.size() == 2);
    CHECK(first[0].at("method") == "notifications/message");
    CHECK(first[0].at("params").at("level") == "debug");
    CHECK(first[0].at("params").at("data") == "m\"x");
    CHECK(first[1].at("id") == 1);
    client.ask(demo_client::legacy("2", "logging/setLevel", R"({"level":"warning"})"));
    CHECK(log("notice").size() == 1);
    CHECK(log("warning").size() == 2);
    CHECK(log("emergency").size() == 2);
}

TEST_CASE("modern_log_messages_need_a_level_in_the_request") {
    demo_client client;
    const auto log = [&client](std::string_view meta) {
        return client.send(demo_client::modern(
            "1", "tools/call",
            demo_client::call_members("log", R"({"level":"error","message":"m"})"), "{}", meta));
    };
    CHECK(log("").size() == 1);
    CHECK(log(R"(,"io.modelcontextprotocol/logLevel":"critical")").size() == 1);
    CHECK(log(R"(,"io.modelcontextprotocol/logLevel":"error")").size() == 2);
}

} // namespace mcpgw::demo_test
