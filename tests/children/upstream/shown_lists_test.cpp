// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/shown_lists.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw {
namespace {

std::shared_ptr<const upstream_lists> said() {
    auto lists = std::make_shared<upstream_lists>();
    lists->capabilities = R"({"tools":{},"prompts":{},"resources":{}})";
    for (const std::string name : {"add", "sub", "mul"})
        lists->tools.push_back(
            {name, R"({"name":")" + name +
                       R"(","inputSchema":{"type":"object","properties":{"a":{},"b":{}}}})"});
    lists->prompts = {{"p", R"({"name":"p"})"}, {"q", R"({"name":"q"})"}};
    lists->resources = {{"x://1", R"({"uri":"x://1","name":"one"})"},
                        {"x://2", R"({"uri":"x://2","name":"two"})"}};
    lists->templates = {{"x://{id}", R"({"uriTemplate":"x://{id}","name":"t"})"}};
    return lists;
}

std::string keys(const std::vector<list_item>& items) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : " ") + item.key;
    return text;
}

} // namespace

TEST_CASE("lists_of_which_nothing_is_said_are_the_same_object") {
    const auto all = said();
    child_options options;
    CHECK(shown_lists(all, options) == all);
    options.tools["add"].call_timeout = std::chrono::milliseconds{1};
    CHECK(shown_lists(all, options) == all);
}

TEST_CASE("renamed_tools_and_prompts_keep_what_their_server_calls_them") {
    child_options options;
    options.tools["add"].shown.name = "plus";
    options.prompts["p"].name = "start";
    options.prompts["q"].is_enabled = false;
    const auto shown = shown_lists(said(), options);
    CHECK(keys(shown->tools) == "plus sub mul");
    CHECK(shown->tools[0].own_name() == "add");
    CHECK(shown->tools[0].json.starts_with(R"({"name":"plus",)"));
    CHECK(shown->tools[1].own_name() == "sub");
    CHECK(keys(shown->prompts) == "start");
    CHECK(shown->prompts[0].own_name() == "p");
    CHECK(shown->remarks.empty());
    CHECK(own_tool_name(options, "plus") == "add");
    CHECK(own_tool_name(options, "add").empty());
    CHECK(own_tool_name(options, "sub") == "sub");
}

TEST_CASE("two_tools_that_change_names_do_and_one_in_the_way_makes_room") {
    child_options options;
    options.tools["add"].shown.name = "sub";
    options.tools["sub"].shown.name = "add";
    const auto swapped = shown_lists(said(), options);
    REQUIRE(swapped->tools.size() == 3);
    CHECK(swapped->remarks.empty());
    CHECK(swapped->tools[0].key == "sub");
    CHECK(swapped->tools[0].own_name() == "add");
    CHECK(swapped->tools[1].key == "add");
    CHECK(own_tool_name(options, "add") == "sub");
    options.tools.erase("sub");
    const auto shown = shown_lists(said(), options);
    CHECK(keys(shown->tools) == "sub mul");
    CHECK(shown->tools[0].own_name() == "add");
    REQUIRE(shown->remarks.size() == 1);
    CHECK(shown->remarks[0] == "tools.add: 'sub' of the server itself is left out, since another "
                               "one is shown under this name");
}

TEST_CASE("a_hidden_resource_is_in_no_list_and_its_uri_is_known_as_hidden") {
    child_options options;
    options.resources["x://1"].is_enabled = false;
    options.resources["x://{id}"].name = "any";
    options.resources["y://unlisted"].is_enabled = false;
    const auto shown = shown_lists(said(), options);
    CHECK(keys(shown->resources) == "x://2");
    CHECK(shown->templates[0].json == R"({"uriTemplate":"x://{id}","name":"any"})");
    CHECK(shown->templates[0].key == "x://{id}");
    CHECK(shown->hidden_uris == std::vector<std::string>{"x://1", "y://unlisted"});
    const catalog only{{{"s", shown.get()}}, std::nullopt};
    CHECK(only.find_resource("x://1") == nullptr); // though a template fits
    CHECK(only.find_resource("x://2") != nullptr);
    CHECK(only.find_resource("x://3") != nullptr);
}

TEST_CASE("what_a_server_does_not_have_is_remarked_once_it_has_told") {
    child_options options;
    options.tools["gone"].shown.title = "x";
    options.tools["add"].arguments["c"].value = "1";
    options.prompts["gone"].title = "x";
    options.resources["z://gone"].title = "x";
    CHECK(shown_lists(said(), options)->remarks ==
          std::vector<std::string>{"tools.add.arguments: its inputSchema has no argument `c`",
                                   "tools.gone: the server has no such tool",
                                   "prompts.gone: the server has no such prompt",
                                   "resources.z://gone: the server has no such resource or "
                                   "template"});
    const auto untold = shown_lists(std::make_shared<upstream_lists>(), options);
    CHECK(untold->remarks.empty());
}

TEST_CASE("a_tool_that_is_hidden_stays_so_whatever_else_is_said_of_it") {
    child_options options;
    options.offered.except = {"add"};
    options.tools["add"].shown.name = "plus";
    const auto shown = shown_lists(said(), options);
    CHECK(keys(shown->tools) == "sub mul");
    CHECK(own_tool_name(options, "plus").empty());
    CHECK(own_tool_name(options, "add").empty());
}

} // namespace mcpgw
