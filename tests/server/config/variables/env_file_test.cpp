// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/env_file.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

using values = std::map<std::string, std::string>;

TEST_CASE("plain_lines_are_trimmed_and_may_have_comments") {
    const auto file = parse_env_file("# head\n\nA=1\n  B = two words  # note\r\nexport C=x#y\n"
                                     "export\tD=\nE=#nothing\nF=a=b=c\nA=last");
    CHECK(file.bad_lines.empty());
    CHECK(
        file.values ==
        values{
            {"A", "last"}, {"B", "two words"}, {"C", "x#y"}, {"D", ""}, {"E", ""}, {"F", "a=b=c"}});
}

TEST_CASE("quotes_keep_blanks_and_escapes") {
    const auto file = parse_env_file("A='  $X \\n \"'\nB=\"a\\n\\t\\\"\\\\\\$ \\d\" # note\n"
                                     "C=\"two\nlines\"\nD='also\ntwo'\nE=\"\"\nF=don't\n");
    CHECK(file.bad_lines.empty());
    CHECK(file.values == values{{"A", "  $X \\n \""},
                                {"B", "a\n\t\"\\$ \\d"},
                                {"C", "two\nlines"},
                                {"D", "also\ntwo"},
                                {"E", ""},
                                {"F", "don't"}});
}

TEST_CASE("bad_lines_are_named_by_number_and_left_out") {
    const auto file = parse_env_file("A=1\nhunter2\n1X=hunter2\nB=\"a\nb\"\nC=\"x\" hunter2\n"
                                     "D=\"hunter2\nE=2\n");
    std::vector<std::size_t> lines;
    for (const auto& bad : file.bad_lines) {
        lines.push_back(bad.line);
        CHECK(bad.message.find("hunter2") == std::string::npos);
    }
    CHECK(lines == std::vector<std::size_t>{2, 3, 6, 7});
    CHECK(file.values == values{{"A", "1"}, {"B", "a\nb"}, {"C", "x"}, {"E", "2"}});
}

TEST_CASE("empty_env_files_are_fine") {
    CHECK(parse_env_file("").values.empty());
    CHECK(parse_env_file("\xEF\xBB\xBFX=1").values == values{{"X", "1"}});
}
