// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_views.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

constexpr const char* servers = R"(
[[children]]
name = "web"
command = "tool"
layer = "data"
tags = ["safe"]
)";

/// The one problem of a file with this view, whose first line is 8.
std::string problem_of(const std::string& keys) {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", servers + std::string{"[[views]]\n"} + keys + "\n");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.size() == 1);
    const auto text = made.problems.at(0).str();
    return text.substr(text.find("a.toml"));
}

} // namespace

TEST_CASE("views_are_read_with_all_that_they_can_say") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", servers + std::string{R"(
[[views]]
name = "research"
description = "For research"
instructions = "Be careful."
children = ["web"]
layers = ["data"]
tags = ["safe"]
tools = ["web__*", "!*delete*"]
prompts = []
resources = ["file:///*"]
annotations = { readOnlyHint = true, openWorldHint = false }
expose = "both"
prefix = "never"
[[views]]
name = "off"
enabled = false
)"});
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    REQUIRE(made.value.gateway.views.size() == 2);
    const auto& view = made.value.gateway.views[0];
    CHECK(view.name == "research");
    CHECK(view.instructions == "Be careful.");
    CHECK(view.tools == std::vector<std::string>{"web__*", "!*delete*"});
    CHECK(view.prompts == std::vector<std::string>{});
    CHECK(view.annotations.read_only == true);
    CHECK(view.annotations.open_world == false);
    CHECK_FALSE(view.annotations.destructive.has_value());
    CHECK(view.expose == exposure::both);
    CHECK(view.prefix == prefix_policy::never);
    const auto& off = made.value.gateway.views[1];
    CHECK_FALSE(off.is_enabled);
    CHECK(off.expose == exposure::all);
    CHECK_FALSE(off.prefix.has_value());
}

TEST_CASE("what_is_wrong_with_a_view_is_told_with_its_line") {
    CHECK(
        problem_of("description = \"x\"").starts_with("a.toml:7: views[0]: a view without a name"));
    CHECK(problem_of("name = \"a/b\"").starts_with("a.toml:8: views[0]: the name of a view is"));
    CHECK(problem_of("name = \"a\"\n[[views]]\nname = \"a\"")
              .starts_with("a.toml:10: views[1]: the name a is there twice"));
    CHECK(problem_of("name = \"a\"\nchildren = [\"wep\"]")
              .starts_with("a.toml:9: views[0].children[0]: there is no child wep (did you mean "
                           "web?)"));
    CHECK(problem_of("name = \"a\"\nlayers = [\"logic\"]")
              .starts_with("a.toml:9: views[0].layers[0]: no child is of the layer logic"));
    CHECK(problem_of("name = \"a\"\ntags = [\"x\"]")
              .starts_with("a.toml:9: views[0].tags[0]: no child has the tag x"));
    CHECK(problem_of("name = \"a\"\ntools = [\"echo\"]")
              .starts_with("a.toml:9: views[0].tools[0]: echo fits nothing"));
    CHECK(problem_of("name = \"a\"\nannotations = { readOnly = true }")
              .starts_with("a.toml:9: views[0].annotations.readOnly: unknown annotation"));
    CHECK(problem_of("name = \"a\"\nannotations = { readOnlyHint = \"yes\" }")
              .starts_with("a.toml:9: views[0].annotations.readOnlyHint: wrong type"));
    CHECK(
        problem_of("name = \"a\"\ntool = []").starts_with("a.toml:9: views[0].tool: unknown key"));
}

TEST_CASE("a_later_file_changes_a_view_adds_one_and_takes_one_out") {
    const scratch_directory scratch;
    scratch.write("more.toml", R"(
[[views]]
name = "a"
tags = ["safe"]
[[views]]
name = "b"
remove = true
[[views]]
name = "c"
)");
    const auto made =
        scratch.load("a.toml", "include = \"more.toml\"\n" + std::string{servers} + R"(
[[views]]
name = "a"
layers = ["data"]
[[views]]
name = "b"
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    REQUIRE(made.value.gateway.views.size() == 2);
    const auto& first = made.value.gateway.views[0];
    CHECK(first.name == "a");
    CHECK(first.layers == std::vector<std::string>{"data"});
    CHECK(first.tags == std::vector<std::string>{"safe"});
    CHECK(made.value.gateway.views[1].name == "c");
}
