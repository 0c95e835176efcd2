// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_abstracts.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

using texts = std::map<std::string, std::string>;

TEST_CASE("abstracts_are_read_in_all_shapes") {
    const scratch_directory scratch;
    const auto load = [&](std::string_view text) {
        std::vector<config_problem> problems;
        auto made = load_abstracts(scratch.write("abstract.json", text), problems);
        CHECK(printed(problems).empty());
        return made;
    };
    const texts expected{{"a", "First."}, {"b", "Second."}};
    CHECK(load(R"({"a": "First.", /* c */ "b": "Second.",})") == expected);
    CHECK(load(R"({"a": {"abstract": "First.", "description": "x"},
                   "b": {"description": "Second."}})") == expected);
    CHECK(
        load(R"([{"name": "a", "abstract": "First."}, {"name": "b", "description": "Second."}])") ==
        expected);
    CHECK(load(R"({"a": "First.", "b": {"abstract": "Second."}, "$schema": "x"})") == expected);
    CHECK(load("{}").empty());
}

TEST_CASE("bad_abstracts_are_left_out_and_reported_with_line_and_key") {
    const scratch_directory scratch;
    const auto check = [&](std::string_view text, const std::vector<std::string>& expected) {
        std::vector<config_problem> problems;
        auto made = load_abstracts(scratch.write("abstract.json", text), problems);
        CHECK(places(problems, config_problem::severity::error) == expected);
        return made;
    };
    CHECK(check("{\"a\": 1,\n\"b\": {},\n\"c\": {\"abstract\": []}, \"d\": \"good\"}",
                {"1 a", "2 b", "3 c.abstract"}) == texts{{"d", "good"}});
    CHECK(check("[{\"abstract\": \"x\"},\n{\"name\": 1},\n3,\n{\"name\": \"a\"},\n"
                "{\"name\": \"b\", \"abstract\": \"x\"}, {\"name\": \"b\", \"abstract\": \"y\"}]",
                {"1 [0]", "2 [1].name", "3 [2]", "4 [3]", "5 [5]"}) == texts{{"b", "x"}});
    CHECK(check("3", {"1 "}).empty());
    CHECK(check("{\"a\"", {"1 "}).empty());
}

TEST_CASE("an_absent_abstract_file_is_an_error") {
    std::vector<config_problem> problems;
    CHECK(load_abstracts("/nowhere/abstract.json", problems).empty());
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].file == "/nowhere/abstract.json");
}
