// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_fallbacks.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

/// Children a and b; the keys are a's, from line 7 on.
config_result load_two(const scratch_directory& scratch, const std::string& keys) {
    return scratch.load("a.toml", "[[children]]\nname = \"b\"\ncommand = \"tool\"\n[[children]]\n"
                                  "name = \"a\"\ncommand = \"tool\"\n" +
                                      keys + "\n");
}

std::string problem_of(const std::string& keys) {
    const scratch_directory scratch;
    const auto made = load_two(scratch, keys);
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.size() == 1);
    const auto text = made.problems.at(0).str();
    return text.substr(text.find("a.toml"));
}

} // namespace

TEST_CASE("fallbacks_are_read_for_a_child_and_for_single_tools") {
    const scratch_directory scratch;
    const auto as_toml = load_two(scratch, R"(
fallback = [{ server = "b" }]
[children.tools.search]
fallback = [{ server = "b", tool = "find", always = true, arguments = { q = "{{query}} ${HOME}", n = 3, r = 0.1, on = true, in = { list = ["{{x.y}}", -1] } } }]
[children.tools.write]
fallback = []
)");
    const auto as_json = scratch.load("a.json", R"([{"name": "b", "command": "tool"},
        {"name": "a", "command": "tool", "fallback": [{"server": "b"}], "tools": {
            "search": {"fallback": [{"server": "b", "tool": "find", "always": true, "arguments":
                {"q": "{{query}} ${HOME}", "n": 3, "r": 0.1, "on": true,
                 "in": {"list": ["{{x.y}}", -1]}}}]},
            "write": {"fallback": []}}}])");
    for (const auto* const made : {&as_toml, &as_json}) {
        CAPTURE(printed(made->problems));
        REQUIRE(made->problems.empty());
        const auto& child = made->value.children.at(1);
        REQUIRE(child.fallbacks.size() == 1);
        CHECK(child.fallbacks[0].server == "b");
        CHECK(child.fallbacks[0].tool.empty());
        CHECK(child.fallbacks[0].arguments.empty());
        CHECK_FALSE(child.fallbacks[0].is_always_allowed);
        const auto& search = child.tools.at("search").fallbacks->at(0);
        CHECK(search.tool == "find");
        CHECK(search.is_always_allowed);
        CHECK(search.arguments == R"({"q":"{{query}} ${HOME}","n":3,"r":0.1,"on":true,)"
                                  R"("in":{"list":["{{x.y}}",-1]}})");
        REQUIRE(child.tools.at("write").fallbacks);
        CHECK(child.tools.at("write").fallbacks->empty());
    }
}

TEST_CASE("numbers_of_a_template_keep_their_digits") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.json", R"([{"name": "b", "command": "tool"},
        {"name": "a", "command": "tool", "fallback": [{"server": "b", "arguments":
            {"big": 12345678901234567890, "one": 1.0, "small": 1e-7}}]}])");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.children.at(1).fallbacks.at(0).arguments ==
          R"({"big":12345678901234567890,"one":1.0,"small":1e-7})");
}

TEST_CASE("what_is_wrong_with_a_fallback_is_said_with_line_and_key") {
    CHECK(problem_of("fallback = [{ server = \"bb\" }]") ==
          "a.toml:7: children[1].fallback[0].server: there is no child bb (did you mean b?)");
    CHECK(problem_of("fallback = [{ server = \"weather\" }]") ==
          "a.toml:7: children[1].fallback[0].server: there is no child weather (the name of one of "
          "the children belongs here)");
    CHECK(problem_of("fallback = [{ tool = \"x\" }]") ==
          "a.toml:7: children[1].fallback[0]: a fallback without a server (add server = \"...\", "
          "the name of a child)");
    CHECK(problem_of("fallback = { server = \"b\" }") ==
          "a.toml:7: children[1].fallback: wrong type: expected a list of tables, found a table "
          "(write [{ ... }])");
    CHECK(problem_of("fallback = [{ server = \"b\", tol = \"x\" }]") ==
          "a.toml:7: children[1].fallback[0].tol: unknown key (did you mean tool?)");
    CHECK(
        problem_of("fallback = [{ server = \"b\", arguments = \"x\" }]") ==
        "a.toml:7: children[1].fallback[0].arguments: wrong type: expected a table, found a text");
    CHECK(
        problem_of("[children.tools.x]\nfallback = [{ server = \"b\", arguments = { q = \"{{a\" } "
                   "}]") ==
        "a.toml:8: children[1].tools.x.fallback[0].arguments.q: a {{ is not followed by }} "
        "(write {{name}} or {{outer.inner}}, by the arguments of the tool that is called)");
    CHECK(
        problem_of("fallback = [{ server = \"b\", arguments = { q = 2026-01-01 } }]") ==
        "a.toml:7: children[1].fallback[0].arguments.q: a date or a time cannot be sent to a tool "
        "(write a text)");
    CHECK(problem_of("fallback = [{ server = \"b\", arguments = { q = [inf] } }]") ==
          "a.toml:7: children[1].fallback[0].arguments.q[0]: this number cannot be sent to a tool");
}

TEST_CASE("loops_of_fallbacks_are_refused") {
    CHECK(problem_of("fallback = [{ server = \"a\" }]") ==
          "a.toml:7: children[1].fallback[0]: a.* is its own fallback (name another server or "
          "another tool)");
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", R"([[children]]
name = "a"
command = "tool"
[children.tools.x]
fallback = [{ server = "b", tool = "y" }]
[[children]]
name = "b"
command = "tool"
fallback = [
    { server = "a", tool = "x" },
]
)");
    REQUIRE(made.problems.size() == 1);
    CHECK_FALSE(made.is_usable()); // neither check nor serve takes it
    const auto text = made.problems.at(0).str();
    CHECK(text.substr(text.find("a.toml")) ==
          "a.toml:10: children[1].fallback[0]: this fallback leads back to where it began: a.x -> "
          "b.y -> a.x (take out one of them; * stands for any tool)");
}

TEST_CASE("a_fallback_at_a_disabled_child_is_a_warning") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", R"([[children]]
name = "a"
command = "tool"
fallback = [{ server = "b" }]
[[children]]
name = "b"
command = "tool"
enabled = false
)");
    CHECK(errors(made).empty());
    CHECK(warnings(made) == std::vector<std::string>{"4 children[0].fallback[0].server"});
}

TEST_CASE("fallbacks_belong_to_one_child") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", "[defaults]\nfallback = [{ server = \"b\" }]\n");
    CHECK(errors(made) == std::vector<std::string>{"2 defaults.fallback"});
}
