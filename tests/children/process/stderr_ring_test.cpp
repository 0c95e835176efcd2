// SPDX-License-Identifier: Apache-2.0
#include "children/process/stderr_ring.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using mcpgw::stderr_ring;
using lines = std::vector<std::string>;

TEST_CASE("lines_are_the_same_however_their_bytes_are_cut") {
    const std::string text = "first\n\nsecond line\nthird";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        stderr_ring ring{10, 100};
        ring.append(std::string_view{text}.substr(0, cut));
        ring.append(std::string_view{text}.substr(cut));
        CHECK(ring.lines() == lines{"first", "second line"});
        ring.finish_line();
        CHECK(ring.lines() == lines{"first", "second line", "third"});
        CHECK(ring.last_line() == "third");
    }
}

TEST_CASE("only_the_newest_lines_are_kept") {
    stderr_ring ring{3, 100};
    for (int i = 0; i < 1000; ++i) ring.append("line " + std::to_string(i) + "\n");
    CHECK(ring.lines() == lines{"line 997", "line 998", "line 999"});
}

TEST_CASE("a_long_line_is_cut_and_the_next_one_begins_after_its_end") {
    stderr_ring ring{3, 8};
    for (int i = 0; i < 100'000; ++i) ring.append("0123456789");
    ring.append("\nshort\n");
    CHECK(ring.lines() == lines{"01234567", "short"});
}

TEST_CASE("invalid_utf_8_and_control_characters_become_harmless") {
    stderr_ring ring{3, 100};
    ring.append("\x1b[31mred\x07 \xff\xfe t\xc3\xa4xt\t.\n");
    CHECK(ring.last_line() == " [31mred  \xef\xbf\xbd\xef\xbf\xbd t\xc3\xa4xt .");
}

TEST_CASE("a_character_cut_by_the_limit_leaves_valid_text") {
    stderr_ring ring{3, 4};
    ring.append("abc\xc3\xa4\n");
    CHECK(ring.last_line() == "abc\xef\xbf\xbd");
}

TEST_CASE("blank_lines_and_line_ends_of_windows_leave_no_trace") {
    stderr_ring ring{5, 100};
    ring.append("Error: no key\r\n\r\n  \n\t\r\n");
    CHECK(ring.lines() == lines{"Error: no key"});
    CHECK(ring.last_line() == "Error: no key");
}

TEST_CASE("an_empty_ring_has_no_last_line") {
    stderr_ring ring{5, 100};
    ring.finish_line();
    CHECK(ring.last_line().empty());
    CHECK(ring.lines().empty());
}

TEST_CASE("a_cleared_ring_knows_nothing_of_before") {
    stderr_ring ring{5, 100};
    ring.append("whole\nhalf");
    ring.clear();
    ring.append("new\n");
    CHECK(ring.lines() == lines{"new"});
}

TEST_CASE("a_secret_that_the_child_prints_is_shown_to_nobody_however_its_bytes_are_cut") {
    const std::string text = "token abcdef-long and abcdef, abcdefabcdef\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        stderr_ring ring{10, 100, {"abcdef", "", "abcdef-long"}};
        ring.append(std::string_view{text}.substr(0, cut));
        ring.append(std::string_view{text}.substr(cut));
        CHECK(ring.lines() == lines{"token *** and ***, ******"});
    }
}

TEST_CASE("a_secret_across_the_end_of_what_is_kept_of_a_line_leaves_no_part_of_it") {
    for (std::size_t before = 0; before < 20; ++before) {
        stderr_ring ring{10, 10, {"SECRET-VALUE"}};
        ring.append(std::string(before, 'x') + "SECRET-VALUE and more\n");
        CHECK(ring.last_line().find('S') == std::string::npos);
        CHECK(ring.last_line().size() <= 10);
    }
}
