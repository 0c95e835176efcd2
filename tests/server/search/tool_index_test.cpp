// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_index.hpp"

#include "server/search/tool_ranker.hpp"
#include "tests/server/search/random_tools.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw::search_test {
namespace {

TEST_CASE("a_tool_is_found_by_its_servers_name_for_it") {
    tool_index index;
    list_item renamed = tool("shown", "Reads");
    renamed.original = "own";
    index.set_server("one", "for files", {renamed, tool("other", "Writes")});
    CHECK(index.size() == 2);
    CHECK(index.find("one", "own").has_value());
    CHECK_FALSE(index.find("one", "shown").has_value());
    CHECK_FALSE(index.find("two", "own").has_value());
    CHECK(index.find_name("shown").size() == 1);
    CHECK(index.find_word("read") != nullptr);
    index.remove_server("one");
    CHECK(index.size() == 0);
    CHECK(index.find_name("shown").empty());
}

TEST_CASE("what_has_not_changed_stays") {
    tool_index index;
    index.set_server("one", "", {tool("a", "first"), tool("b", "second")});
    const auto a = index.find("one", "a");
    const auto version = index.version();
    index.set_server("one", "", {tool("a", "first"), tool("b", "second")});
    CHECK(index.version() == version);
    index.set_server("one", "", {tool("a", "first"), tool("b", "another")});
    CHECK(index.version() != version);
    CHECK(index.find("one", "a") == a);
    CHECK(index.size() == 2);
    index.set_server("one", "is for something", {tool("a", "first")});
    CHECK(index.find("one", "a") != a);
}

TEST_CASE("a_name_that_comes_twice_counts_once") {
    tool_index index;
    index.set_server("one", "", {tool("a", "first"), tool("a", "second")});
    CHECK(index.size() == 1);
    index.set_server("one", "", {tool("a", "second"), tool("a", "first")});
    CHECK(index.size() == 1);
}

/// What is found and how good it is, by names.
std::vector<std::pair<std::string, float>> found_in(const tool_index& index, const world& tools,
                                                    const std::string& text) {
    const auto [shown, names] = all_of(index, tools);
    tool_ranker ranker;
    const auto question = search_question::of(text, index.stemmer(), {});
    std::vector<std::pair<std::string, float>> found;
    for (const auto& one : ranker.rank(index, shown, question, 20).best)
        found.emplace_back(names.at(one.tool), one.score);
    return found;
}

TEST_CASE("an_index_that_has_changed_is_as_one_that_was_made_anew") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    random_tools random{seed};
    world tools = random.make_world(6, 40);
    tool_index index;
    for (const auto& [server, list] : tools) index.set_server(server, "", list);
    for (int step = 0; step < 60; ++step) {
        CAPTURE(step);
        random.change(tools, [&index](const std::string& server, const auto* list) {
            if (list == nullptr)
                index.remove_server(server);
            else
                index.set_server(server, "", *list);
        });
        tool_index anew;
        for (const auto& [server, list] : tools) anew.set_server(server, "", list);
        CHECK(index.size() == anew.size());
        const auto text = random.sentence(3);
        CAPTURE(text);
        CHECK(found_in(index, tools, text) == found_in(anew, tools, text));
    }
}

TEST_CASE("what_is_gone_leaves_no_memory_behind") {
    random_tools random{7};
    tool_index index;
    const auto tools = random.make_world(1, 200);
    index.set_server("one", "", tools.begin()->second);
    const auto before = index.bytes();
    for (int round = 0; round < 50; ++round)
        index.set_server("one", "", random.make_world(1, 200).begin()->second);
    CHECK(index.bytes() < 3 * before);
    index.set_server("one", "", {});
    CHECK(index.bytes() < before / 4);
}

} // namespace
} // namespace mcpgw::search_test
