// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_document.hpp"

#include "server/config/format/config_json.hpp"
#include "server/config/format/config_toml.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

namespace {

struct bad_text {
    std::string text;
    std::size_t line;
};

} // namespace

TEST_CASE("json_values_know_their_kinds_and_lines") {
    problem_log problems{"f"};
    const auto root = read_json_document(R"({
  "text": "a\n\"\u00e9\ud83d\ude00/",
  "whole": -12, "real": 1.5e1,
  "list": [
    true,
    null
  ],
  "table": {"x": {}}
})",
                                         problems);
    REQUIRE(root);
    CHECK(problems.problems().empty());
    CHECK(root->find("text")->text == "a\n\"\xc3\xa9\xf0\x9f\x98\x80/");
    CHECK(root->find("text")->line == 2);
    CHECK(root->find("whole")->integer == -12);
    CHECK(root->find("whole")->real == -12.0);
    CHECK(root->find("real")->kind == node_kind::real);
    CHECK(root->find("real")->real == 15.0);
    REQUIRE(root->find("list")->items.size() == 2);
    CHECK(root->find("list")->items[0].boolean);
    CHECK(root->find("list")->items[1].line == 6);
    CHECK(root->find("list")->items[1].kind == node_kind::null);
    CHECK(root->find("table")->find("x")->is_object());
    CHECK(root->find("absent") == nullptr);
}

TEST_CASE("json_may_have_comments_and_trailing_commas") {
    problem_log problems{"f"};
    const auto root =
        read_json_document("\xEF\xBB\xBF// first\n{ /* a\n b */ \"x\": [1, 2,], // c\n"
                           "\"url\": \"http://a/*b*/\",\n}\n// last",
                           problems);
    REQUIRE(root);
    CHECK(root->find("x")->line == 3);
    CHECK(root->find("x")->items.size() == 2);
    CHECK(root->find("url")->text == "http://a/*b*/");
    CHECK(root->find("url")->line == 4);
}

TEST_CASE("bad_json_gives_one_error_with_its_line") {
    const std::vector<bad_text> texts{{"{\n\"a\": 1\n\"b\": 2}", 3},
                                      {"{\n\"a\" 1}", 2},
                                      {"[1,\n2", 2},
                                      {"[\n'a']", 2},
                                      {"{\"a\":\n\"b\n\"}", 2},
                                      {"{} {}", 1},
                                      {"[01]", 1},
                                      {"[1.]", 1},
                                      {"[-]", 1},
                                      {"[1e999]", 1},
                                      {"[tru]", 1},
                                      {"[\"\\x\"]", 1},
                                      {"[\"\\ud800\"]", 1},
                                      {"[\"\\u12g4\"]", 1},
                                      {"\n/* open", 2},
                                      {"", 1},
                                      {"{a: 1}", 1},
                                      {"[1,,2]", 1},
                                      {"[\"\t\"]", 1}};
    for (const auto& bad : texts) {
        problem_log problems{"f"};
        CAPTURE(bad.text);
        CHECK_FALSE(read_json_document(bad.text, problems));
        REQUIRE(problems.problems().size() == 1);
        CHECK(problems.problems()[0].line == bad.line);
        CHECK(problems.problems()[0].level == config_problem::severity::error);
    }
}

TEST_CASE("deep_nesting_is_an_error_and_no_crash") {
    for (const char open : {'[', '{'}) {
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += open == '{' ? "{\"a\":" : "[";
        problem_log problems{"f"};
        CHECK_FALSE(read_json_document(deep, problems));
        CHECK(problems.has_errors());
    }
    problem_log problems{"f"};
    CHECK_FALSE(read_toml_document("a = " + std::string(100'000, '['), problems));
    CHECK(problems.has_errors());
    // Brackets in texts and comments are none.
    problem_log none{"f"};
    const auto brackets = std::string(1000, '[');
    CHECK(read_toml_document("a = \"" + brackets + "\\\"\" # " + brackets + "\nb = '" + brackets +
                                 "'\nc = \"\"\"\n\"" + brackets + "\"\"\"\n",
                             none));
    CHECK_FALSE(none.has_errors());
}

TEST_CASE("a_json_key_given_twice_is_reported_and_reading_goes_on") {
    problem_log problems{"f"};
    const auto root =
        read_json_document("{\"a\": {\"b\": 1,\n\"b\": 2},\n\"a\": 3, \"c\": 4}", problems);
    REQUIRE(root);
    REQUIRE(problems.problems().size() == 2);
    CHECK(problems.problems()[0].key == "a.b");
    CHECK(problems.problems()[0].line == 2);
    CHECK(problems.problems()[0].message.find("line 1") != std::string::npos);
    CHECK(problems.problems()[1].key == "a");
    CHECK(root->find("c")->integer == 4);
}

TEST_CASE("toml_values_know_their_kinds_lines_and_order") {
    problem_log problems{"f"};
    const auto root = read_toml_document("zeta = 'x'\nalpha = 1\n\n[mid]\nreal = 0.5\n"
                                         "on = true\nday = 2026-01-02\n\n[[list]]\na = [1, \"b\"]\n"
                                         "[list.env]\nK = \"\"\"two\nlines\"\"\"\n[[list]]\n",
                                         problems);
    REQUIRE(root);
    REQUIRE(root->members.size() == 4);
    CHECK(root->members[0].key == "zeta");
    CHECK(root->members[1].key == "alpha");
    CHECK(root->members[2].key == "mid");
    CHECK(root->find("alpha")->line == 2);
    CHECK(root->find("mid")->line == 4);
    CHECK(root->find("mid")->find("real")->real == 0.5);
    CHECK(root->find("mid")->find("on")->boolean);
    CHECK(root->find("mid")->find("day")->kind == node_kind::other);
    REQUIRE(root->find("list")->items.size() == 2);
    CHECK(root->find("list")->items[0].line == 9);
    CHECK(root->find("list")->items[0].find("a")->items[1].text == "b");
    CHECK(root->find("list")->items[0].find("env")->find("K")->text == "two\nlines");
    CHECK(root->find("list")->items[1].line == 14);
}

TEST_CASE("bad_toml_gives_an_error_with_its_line") {
    const std::vector<bad_text> texts{{"[a]\n\nx = secret99\n", 3},
                                      {"[a]\nx = \"secret99\n\n", 2},
                                      {"a = 1\nb = 2\na = \"secret99\"\n", 3},
                                      {"[a]\nx = 1\n[b]\n[a]\ny = 2\n", 4},
                                      {"x = 1\nsecret99\n", 2},
                                      {"[secret99\nx = 1\n", 1},
                                      {"x = \"\\q secret99\"\n", 1}};
    for (const auto& bad : texts) {
        problem_log problems{"f"};
        CAPTURE(bad.text);
        CHECK_FALSE(read_toml_document(bad.text, problems));
        REQUIRE_FALSE(problems.problems().empty());
        CHECK(problems.problems()[0].line == bad.line);
        for (const auto& problem : problems.problems())
            CHECK(problem.str().find("secret99") == std::string::npos);
    }
}

TEST_CASE("shown_keys_are_short_and_printable") {
    CHECK(shown_key("plain_key-1") == "plain_key-1");
    CHECK(shown_key("a\x1b[31m\n") == "a?[31m?");
    CHECK(shown_key(std::string(1000, 'k')).size() < 100);
    CHECK(key_path("", "a") == "a");
    CHECK(key_path("children", std::size_t{2}) == "children[2]");
    CHECK(key_path("children[2]", "env") == "children[2].env");
}

TEST_CASE("problems_come_sorted_by_line") {
    problem_log problems{"f.toml"};
    problems.error(7, "b", "second");
    problems.warning(3, "a", "first", "hint");
    CHECK(problems.has_errors());
    const auto sorted = problems.take_sorted();
    REQUIRE(sorted.size() == 2);
    CHECK(sorted[0].str() == "f.toml:3: a: first (hint)");
    CHECK(sorted[1].str() == "f.toml:7: b: second");
    CHECK_FALSE(problems.has_errors());
}

TEST_CASE("a_problem_of_one_of_several_files_names_it_and_the_line_in_it") {
    problem_log problems{"a.toml"};
    const auto second = problems.add_file("b.toml");
    problem_log alone{"b.toml"};
    auto root = read_toml_document("[t]\nx = 1\n", alone);
    REQUIRE(root);
    number_lines(*root, second);
    problems.error(root->find("t")->find("x")->line, "t.x", "of b");
    problems.error(9, "y", "of a");
    problems.error(numbered_line(second, 0), "", "of all of b");
    CHECK(problems.file_of(root->line) == "b.toml");
    const auto sorted = problems.take_sorted();
    REQUIRE(sorted.size() == 3);
    CHECK(sorted[0].str() == "a.toml:9: y: of a");
    CHECK(sorted[1].str() == "b.toml: of all of b");
    CHECK(sorted[2].str() == "b.toml:2: t.x: of b");
}
