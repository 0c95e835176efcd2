// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_overrides.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

config_result load_child(const scratch_directory& scratch, const std::string& keys) {
    return scratch.load("a.toml",
                        "[[children]]\nname = \"web\"\ncommand = \"tool\"\n" + keys + "\n");
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

TEST_CASE("what_clients_are_shown_instead_is_read") {
    const scratch_directory scratch;
    const auto made = load_child(scratch, R"(
[children.tools.search]
rename = "find"
title = "Find"
description = "Finds."
annotations = { readOnlyHint = true, title = "F" }
[children.tools.search.arguments]
owner = { value = "${NOBODY_SET_THIS:-me}" }
page = { default = 1 }
filter = { value = { deep = [1.5, true, "x"] } }
token = { hidden = true }
[children.prompts.start]
rename = "begin"
enabled = false
[children.resources."file:///x"]
rename = "The file"
description = "X"
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& child = made.value.children.at(0);
    const auto& search = child.tools.at("search");
    CHECK(search.shown.name == "find");
    CHECK(search.shown.title == "Find");
    CHECK(search.shown.description == "Finds.");
    CHECK(search.annotations == R"({"readOnlyHint":true,"title":"F"})");
    CHECK(search.arguments.at("owner").value == R"("me")");
    CHECK(search.arguments.at("page").fallback == "1");
    CHECK(search.arguments.at("filter").value == R"({"deep":[1.5,true,"x"]})");
    CHECK(search.arguments.at("token").is_hidden);
    CHECK(search.rules() != nullptr);
    CHECK(child.prompts.at("start").name == "begin");
    CHECK_FALSE(child.prompts.at("start").is_enabled);
    CHECK(child.resources.at("file:///x").name == "The file");
}

TEST_CASE("two_things_of_one_name_and_names_that_are_none_are_mistakes") {
    CHECK(problem_of("tools = { a = { rename = \"c\" }, b = { rename = \"c\" } }") ==
          "a.toml:4: children[0].tools.b.rename: a has this name already");
    CHECK(problem_of("tools = { a = { timeout = 1 }, b = { rename = \"a\" } }") ==
          "a.toml:4: children[0].tools.b.rename: a has this name already");
    CHECK(problem_of("prompts = { a = { rename = \"c\" }, b = { rename = \"c\" } }") ==
          "a.toml:4: children[0].prompts.b.rename: a has this name already");
    CHECK(problem_of("tools = { a = { rename = \"two words\" } }")
              .starts_with("a.toml:4: children[0].tools.a.rename: must be 1 to 128 characters"));
    CHECK(problem_of("tools = { a = { arguments = { x = { value = 1, default = 2 } } } }")
              .starts_with("a.toml:4: children[0].tools.a.arguments.x: has a value and a default"));
    CHECK(problem_of("tools = { a = { arguments = { x = { value = 1979-05-27 } } } }")
              .starts_with("a.toml:4: children[0].tools.a.arguments.x.value: a date or a time"));
    CHECK(problem_of("tools = { a = { arguments = { x = { vaule = 1 } } } }")
              .starts_with("a.toml:4: children[0].tools.a.arguments.x.vaule: unknown key"));
}

TEST_CASE("names_that_change_places_are_none") {
    const scratch_directory scratch;
    CHECK(load_child(scratch, "tools = { a = { rename = \"b\" }, b = { rename = \"a\" } }")
              .problems.empty());
}
