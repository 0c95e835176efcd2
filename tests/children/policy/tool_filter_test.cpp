// SPDX-License-Identifier: Apache-2.0
#include "children/policy/tool_filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>

using namespace mcpgw;

namespace {

struct row {
    std::string_view text, pattern;
    bool fits;
};

} // namespace

TEST_CASE("a_star_stands_for_any_text_and_for_none") {
    constexpr std::array rows{
        row{"read", "read", true},
        row{"read", "Read", false},
        row{"read", "rea", false},
        row{"read", "readx", false},
        row{"read", "*", true},
        row{"", "*", true},
        row{"", "", true},
        row{"a", "", false},
        row{"read_file", "read_*", true},
        row{"read_", "read_*", true},
        row{"read", "read_*", false},
        row{"a_b_c", "*_c", true},
        row{"a_b_c", "a*b*c", true},
        row{"a_b_c", "a*c*b", false},
        row{"aaab", "*ab", true},
        row{"abab", "a*ab", true},
        row{"x", "***", true},
        row{"xy", "x**y*", true},
    };
    for (const auto& [text, pattern, fits] : rows) {
        INFO(text << " " << pattern);
        CHECK(fits_pattern(text, pattern) == fits);
    }
    // Many stars must not cost time that grows with each.
    const std::string text(20'000, 'a');
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "a*";
    CHECK_FALSE(fits_pattern(text, pattern + "b"));
}

TEST_CASE("a_filter_admits_what_it_lists_without_the_exceptions") {
    const tool_filter open;
    CHECK(open.is_open());
    CHECK(open.admits("anything"));
    const tool_filter some{std::vector<std::string>{"read_*", "list"}, {"read_secret"}};
    CHECK_FALSE(some.is_open());
    CHECK(some.admits("read_file"));
    CHECK(some.admits("list"));
    CHECK_FALSE(some.admits("read_secret"));
    CHECK_FALSE(some.admits("write"));
    const tool_filter none{std::vector<std::string>{}, {}};
    CHECK_FALSE(none.is_open());
    CHECK_FALSE(none.admits("read"));
    const tool_filter all_but{std::nullopt, {"rm"}};
    CHECK(all_but.admits("read"));
    CHECK_FALSE(all_but.admits("rm"));
}
