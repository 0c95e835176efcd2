// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_merge.hpp"

#include "server/config/format/config_files.hpp"
#include "server/config/format/toml_text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

config_node tree(std::string_view json) {
    problem_log problems{"f.json"};
    auto root = read_config_document(json, config_format::json, problems);
    REQUIRE(root.has_value());
    return std::move(*root);
}

std::string laid(std::string_view below, std::string_view above) {
    auto made = tree(below);
    lay_over(made, tree(above));
    return toml_value(made);
}

} // namespace

TEST_CASE("tables_are_merged_key_by_key_at_any_depth") {
    CHECK(laid(R"({"a": 1, "t": {"x": {"p": 1, "q": 2}}})", R"({"b": 2, "t": {"x": {"q": 3}}})") ==
          toml_value(tree(R"({"a": 1, "t": {"x": {"p": 1, "q": 3}}, "b": 2})")));
}

TEST_CASE("lists_and_what_changes_its_kind_are_replaced") {
    CHECK(laid(R"({"l": [1, 2]})", R"({"l": [3]})") == toml_value(tree(R"({"l": [3]})")));
    CHECK(laid(R"({"t": {"x": 1}})", R"({"t": "none"})") == toml_value(tree(R"({"t": "none"})")));
    CHECK(laid(R"({"t": "none"})", R"({"t": {"x": 1}})") == toml_value(tree(R"({"t": {"x": 1}})")));
}

TEST_CASE("children_of_both_layers_are_one_where_their_names_are") {
    problem_log problems{"f.json"};
    auto below = tree(R"({"children": [{"name": "a", "command": "x", "timeout": 1},
                                       {"name": "b", "command": "y"}]})");
    auto above = tree(R"({"gateway": {"expose": "all"},
                          "children": [{"name": "c", "command": "z"},
                                       {"name": "a", "timeout": 2}]})");
    auto merged = find_config_parts(below, problems, child_paths::by_name);
    lay_over(merged, find_config_parts(above, problems, child_paths::by_name), problems);
    CHECK(problems.problems().empty());
    REQUIRE(merged.gateway != nullptr);
    REQUIRE(merged.children.size() == 3);
    CHECK(merged.children[0].name == "a");
    CHECK(merged.children[0].path == "children[a]");
    CHECK(toml_value(merged.children[0].node) ==
          toml_value(tree(R"({"command": "x", "timeout": 2})")));
    CHECK(merged.children[1].name == "b");
    CHECK(merged.children[2].name == "c");
}

TEST_CASE("a_child_of_another_programs_file_meets_ours_by_its_name") {
    problem_log problems{"f.json"};
    auto below = tree(R"({"mcpServers": {"a": {"command": "x", "env": {"K": "1"}}}})");
    auto above = tree(R"({"children": [{"name": "a", "env": {"L": "2"}}]})");
    auto merged = find_config_parts(below, problems, child_paths::by_name);
    lay_over(merged, find_config_parts(above, problems, child_paths::by_name), problems);
    REQUIRE(merged.children.size() == 1);
    CHECK(merged.children[0].node.find("env")->members.size() == 2);
    CHECK(merged.children[0].node.find("command") != nullptr);
}
