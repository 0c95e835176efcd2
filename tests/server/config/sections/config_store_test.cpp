// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_store.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

namespace {

config_result load_child(const scratch_directory& scratch, const std::string& keys) {
    return scratch.load("a.toml",
                        "[[children]]\nname = \"web\"\ncommand = \"tool\"\n" + keys + "\n");
}

const child_options& only_child(const config_result& made) {
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    return made.value.children.at(0);
}

/// The one problem of a child with these keys, from line 4 on.
std::string problem_of(const std::string& keys) {
    const scratch_directory scratch;
    const auto made = load_child(scratch, keys);
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.size() == 1);
    const auto text = made.problems.at(0).str();
    return text.substr(text.find("a.toml"));
}

} // namespace

TEST_CASE("single_tools_have_settings_of_their_own_in_toml_and_in_json") {
    const scratch_directory scratch;
    const auto tables = load_child(scratch, R"(
timeout = 30
[children.tools.search]
timeout = 5
total_timeout = 20
repeatable = true
[children.tools."get user"]
total_timeout = 0.5
[[children]]
name = "other"
command = "tool"
)");
    const auto inlined = load_child(scratch, R"(timeout = 30
tools = { search = { timeout = 5, total_timeout = 20, repeatable = true }, "get user" = { total_timeout = 0.5 } }
)");
    const auto as_json = scratch.load("a.json", R"([{"name": "web", "command": "tool",
        "timeout": 30, "tools": {
            "search": {"timeout": 5, "total_timeout": 20, "repeatable": true},
            "get user": {"total_timeout": 0.5}}}])");
    for (const auto* const made : {&tables, &inlined, &as_json}) {
        const auto& child = only_child(*made);
        CHECK(child.call_timeout == 30s);
        CHECK(child.total_timeout == 600s);
        REQUIRE(child.tools.size() == 2);
        const auto& search = child.tools.at("search");
        CHECK(search.call_timeout == 5s);
        CHECK(search.total_timeout == 20s);
        CHECK(search.is_repeatable == true);
        const auto& user = child.tools.at("get user");
        CHECK_FALSE(user.call_timeout);
        CHECK(user.total_timeout == 500ms);
        CHECK_FALSE(user.is_repeatable);
    }
    CHECK(tables.value.children.at(1).tools.empty());
}

TEST_CASE("a_longer_timeout_takes_the_time_of_the_whole_call_along") {
    const scratch_directory scratch;
    const auto longer = load_child(scratch, "timeout = 900");
    CHECK(only_child(longer).total_timeout == 900s);
    const auto shorter = load_child(scratch, "total_timeout = 10");
    CHECK(only_child(shorter).call_timeout == 60s);
    CHECK(only_child(shorter).total_timeout == 10s);
    const auto tool = load_child(scratch, "tools = { slow = { timeout = 1200 } }");
    CHECK(only_child(tool).tools.at("slow").total_timeout == 1200s);
    CHECK(only_child(tool).total_timeout == 600s);
}

TEST_CASE("the_time_of_whole_calls_may_stand_in_the_defaults") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", R"(
[defaults]
total_timeout = 90
[[children]]
name = "web"
command = "tool"
)");
    CHECK(only_child(made).total_timeout == 90s);
}

TEST_CASE("what_is_wrong_with_a_tools_settings_is_said_with_line_and_key") {
    CHECK(problem_of("tools = { search = { timeuot = 5 } }") ==
          "a.toml:4: children[0].tools.search.timeuot: unknown key (did you mean timeout?)");
    CHECK(problem_of("[children.tools.search]\ntimeout = \"5\"") ==
          "a.toml:5: children[0].tools.search.timeout: this text is no duration (write \"250ms\", "
          "\"30s\", \"15m\" or \"2h\", or a number of seconds without quotes)");
    CHECK(problem_of("tools = [\"search\"]") ==
          "a.toml:4: children[0].tools: wrong type: expected a table of tables, found a list");
    CHECK(problem_of("tools = { search = 5 }") ==
          "a.toml:4: children[0].tools.search: wrong type: expected a table, found a whole number");
    CHECK(problem_of("timeout = 10\ntotal_timeout = 5") ==
          "a.toml:5: children[0].total_timeout: less than timeout (total_timeout is for the whole "
          "call, timeout for each wait in it)");
    CHECK(problem_of("[children.tools.search]\ntimeout = 10\ntotal_timeout = 5") ==
          "a.toml:6: children[0].tools.search.total_timeout: less than timeout (total_timeout is "
          "for the whole call, timeout for each wait in it)");
}

TEST_CASE("settings_of_tools_belong_to_one_child") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", "[defaults.tools.search]\ntimeout = 5\n");
    CHECK(errors(made) == std::vector<std::string>{"1 defaults.tools"});
}
