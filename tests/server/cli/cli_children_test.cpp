// SPDX-License-Identifier: Apache-2.0
// tools, call, status as a user runs them. Sources: cli_children.cpp.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

} // namespace

TEST_CASE("tools_lists_the_embedded_demo_without_any_file") {
    const auto result = run_command({"tools"});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.out, "demo "));
    CHECK(contains(result.out, "echo "));
    CHECK(result.err.empty());
    CHECK(run_command({"tools", "demo"}).out == result.out);
    const auto list = json::parse(run_command({"tools", "--json"}).out);
    REQUIRE(list.as_array().size() == 10);
    CHECK(list.at(0).at("server") == "demo");
    CHECK(list.at(0).at("tool").at("name") == "echo");
}

TEST_CASE("tools_of_an_unknown_server_names_those_there_are") {
    const auto result = run_command({"tools", "dmo"});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "no server 'dmo'"));
    CHECK(contains(result.err, "it has: demo"));
}

TEST_CASE("call_prints_the_result_and_tells_success_by_its_exit_code") {
    const auto sum = run_command({"call", "demo", "add", R"({"a":2,"b":40})"});
    CHECK(sum.exit_code == exit_success);
    CHECK(sum.out == "42\n");
    CHECK(sum.err.empty());
    const auto as_json = run_command({"call", "demo", "add", R"({"a":2,"b":40})", "--json"});
    CHECK(json::parse(as_json.out).at("structuredContent").at("sum") == 42);
    // A pretty-printed argument is one message to the child all the same.
    const auto pretty = run_command({"call", "demo", "echo", "{\n  \"message\": \"a\\nb\"\n}"});
    CHECK(pretty.out == "a\nb\n");
    const auto image = run_command({"call", "demo", "image"});
    CHECK(contains(image.out, "[image image/png; use --json to see it]"));
}

TEST_CASE("call_of_a_tool_that_fails_ends_with_1") {
    const auto failed = run_command({"call", "demo", "fail", R"({"message":"out of tea"})"});
    CHECK(failed.exit_code == exit_failure);
    CHECK(failed.out == "out of tea\n");
    CHECK(contains(failed.err, "the tool 'fail' reported an error"));
    const auto unknown = run_command({"call", "demo", "nope"});
    CHECK(unknown.exit_code == exit_failure);
    CHECK(contains(unknown.err, "nope"));
    const auto unknown_json = run_command({"call", "demo", "nope", "--json"});
    CHECK(unknown_json.exit_code == exit_failure);
    CHECK(json::parse(unknown_json.out).at("error").at("code") == -32602);
    const auto crashed = run_command({"call", "demo", "crash"});
    CHECK(crashed.exit_code == exit_failure);
    CHECK(contains(crashed.err, "CONNECTION_LOST"));
}

TEST_CASE("call_with_arguments_that_are_no_object_starts_nothing") {
    for (const std::string bad : {"{bad", "[1]", "7", ""}) {
        CAPTURE(bad);
        const auto result = run_command({"call", "demo", "add", bad});
        CHECK(result.exit_code == exit_usage);
        CHECK(contains(result.err, "ARGUMENTS must be a JSON object"));
        CHECK(result.out.empty());
    }
    CHECK(contains(run_command({"call", "demo", "add", "{bad"}).err, "at byte 1"));
}

TEST_CASE("call_shows_progress_on_stderr") {
    const auto result = run_command({"call", "demo", "wait", R"({"seconds":0.01,"steps":2})"});
    CHECK(result.exit_code == exit_success);
    CHECK(result.out == "waited 0.01 s\n");
    CHECK(result.err == "progress 1 step 1 of 2\nprogress 2 step 2 of 2\n");
}

TEST_CASE("status_tells_of_each_server_and_fails_with_the_first_that_fails") {
    const scratch_directory directory;
    // Where no gateway runs that could be asked.
    const auto good = run_command({"status"}, {}, {"XDG_RUNTIME_DIR=" + directory.path()});
    CHECK(good.exit_code == exit_success);
    CHECK(contains(good.out, "running"));
    CHECK(contains(good.out, "2026-07-28"));
    const auto file = directory.write(
        "gateway.json", R"({"mcpServers":{"good":{"command":")" MCPGW_BINARY
                        R"(","args":["demo-server"]},"bad":{"command":"/bin/false"}}})");
    const auto mixed = run_command({"status", "--config", file, "--json"});
    CHECK(mixed.exit_code == exit_failure);
    const auto list = json::parse(mixed.out);
    REQUIRE(list.as_array().size() == 2);
    for (const auto& status : list.as_array()) {
        const bool is_good = status.at("server_id") == "good";
        CHECK((status.at("status") == "running") == is_good);
        CHECK(status.at("last_error").is_null() == is_good);
    }
}

TEST_CASE("status_of_a_gateway_that_does_not_answer_says_why") {
    const auto refused = run_command({"status", "--url", "http://127.0.0.1:1/mcp"});
    CHECK(refused.exit_code == exit_failure);
    CHECK(contains(refused.err, "no answer from 127.0.0.1:1"));
    const auto wrong = run_command({"status", "--url", "localhost:8080"});
    CHECK(wrong.exit_code == exit_usage);
    CHECK(contains(wrong.err, "http://127.0.0.1:8080/mcp"));
}

} // namespace mcpgw::cli_test
