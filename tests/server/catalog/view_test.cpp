// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/view.hpp"

#include "protocol/catalog/catalog_entry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

using patterns = std::optional<std::vector<std::string>>;

child_options server(std::string name, std::string layer = {}, std::vector<std::string> tags = {}) {
    child_options made;
    made.name = std::move(name);
    made.layer = std::move(layer);
    made.tags = std::move(tags);
    return made;
}

list_item tool(const std::string& name, const std::string& annotations = {}) {
    auto json = R"({"name":")" + name + "\"";
    if (!annotations.empty()) json += R"(,"annotations":)" + annotations;
    return {name, json + "}"};
}

} // namespace

TEST_CASE("patterns_take_and_take_away_in_any_order") {
    CHECK(fits_patterns("a__b", std::nullopt));
    CHECK_FALSE(fits_patterns("a__b", patterns{std::vector<std::string>{}}));
    CHECK(fits_patterns("a__b", patterns{{"a__*"}}));
    CHECK_FALSE(fits_patterns("b__a__b", patterns{{"a__*"}}));
    CHECK_FALSE(fits_patterns("a__delete", patterns{{"a__*", "!*delete*"}}));
    CHECK_FALSE(fits_patterns("a__delete", patterns{{"!*delete*", "a__*"}}));
    CHECK(fits_patterns("a__b", patterns{{"!*delete*"}})); // all but these
    CHECK_FALSE(fits_patterns("a__b", patterns{{"!*"}}));
}

TEST_CASE("servers_are_of_a_view_by_name_layer_or_tag") {
    view_options options;
    const auto has = [&options](const child_options& one) {
        return view{options, "__"}.has_server(one);
    };
    CHECK(has(server("a"))); // nothing is said: all of them
    options.children = {"a"};
    CHECK(has(server("a")));
    CHECK_FALSE(has(server("b")));
    options.layers = {"data"};
    options.tags = {"safe"};
    CHECK(has(server("a")));
    CHECK(has(server("b", "data")));
    CHECK(has(server("c", "", {"x", "safe"})));
    CHECK_FALSE(has(server("d", "logic", {"x"})));
    options.children.clear();
    options.tags.clear();
    options.layers = {""};
    CHECK_FALSE(has(server("e"))); // one without a layer is of no layer
}

TEST_CASE("tools_are_shown_by_their_full_names_alone") {
    view_options options;
    options.tools = {"github__*", "!*__delete"};
    const view shown{options, "__"};
    CHECK(shown.admits("github", list_kind::tools, tool("create")));
    CHECK_FALSE(shown.admits("github", list_kind::tools, tool("delete")));
    // A server cannot get into a view by the names of its tools.
    CHECK_FALSE(shown.admits("evil", list_kind::tools, tool("github__create")));
    CHECK(shown.admits("evil", list_kind::prompts, tool("any")));
}

TEST_CASE("annotations_count_as_the_schema_says_of_silence") {
    view_options options;
    const auto admits = [&options](const std::string& annotations) {
        return view{options, "__"}.admits("s", list_kind::tools, tool("t", annotations));
    };
    options.annotations.read_only = true;
    CHECK(admits(R"({"readOnlyHint":true})"));
    CHECK_FALSE(admits(R"({"readOnlyHint":false})"));
    CHECK_FALSE(admits(""));
    CHECK_FALSE(admits(R"({"readOnlyHint":"true"})"));
    options.annotations = {};
    options.annotations.destructive = false;
    CHECK(admits(R"({"readOnlyHint":true})")); // what changes nothing destroys nothing
    CHECK(admits(R"({"destructiveHint":false})"));
    CHECK_FALSE(admits("")); // silence means that it may
    options.annotations = {};
    options.annotations.open_world = false;
    CHECK_FALSE(admits(""));
    CHECK(admits(R"({"openWorldHint":false})"));
    options.annotations = {};
    options.annotations.idempotent = true;
    CHECK_FALSE(admits(""));
    CHECK(admits(R"({"idempotentHint":true})"));
    CHECK(admits(R"({"readOnlyHint":true})"));
    // Prompts have none.
    options.annotations.read_only = true;
    CHECK(view{options, "__"}.admits("s", list_kind::prompts, tool("p")));
}

TEST_CASE("what_no_list_names_is_shown_where_its_template_is_or_a_pattern_says") {
    view_options options;
    const auto admits = [&options](std::string_view uri, bool has_template) {
        return view{options, "__"}.admits_unlisted(uri, has_template);
    };
    CHECK(admits("file:///a", false));
    options.resources = {"file:///*", "!*secret*"};
    CHECK(admits("file:///a", false));
    CHECK_FALSE(admits("file:///secret", false));
    CHECK_FALSE(admits("file:///secret", true));
    CHECK_FALSE(admits("other:///a", false));
    CHECK(admits("other:///a", true));
}

} // namespace mcpgw
