// SPDX-License-Identifier: Apache-2.0
#include "protocol/ascii.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

TEST_CASE("every_byte_is_what_ascii_says_it_is_and_others_are_nothing") {
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        const std::string_view digits = "0123456789";
        const std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
        CAPTURE(byte);
        CHECK(is_digit(c) == (digits.find(c) != digits.npos));
        CHECK(is_upper(c) == (upper.find(c) != upper.npos));
        CHECK(is_lower(c) == (lower.find(c) != lower.npos));
        CHECK(is_letter(c) == (is_upper(c) || is_lower(c)));
        CHECK(is_alnum(c) == (is_letter(c) || is_digit(c)));
        CHECK(is_hex_digit(c) ==
              (std::string_view{"0123456789abcdefABCDEF"}.find(c) != std::string_view::npos));
        CHECK(to_lower(c) == (is_upper(c) ? lower[upper.find(c)] : c));
        CHECK(to_upper(c) == (is_lower(c) ? upper[lower.find(c)] : c));
    }
}

TEST_CASE("text_changes_its_case_and_nothing_else") {
    CHECK(lower_case("Ab-\xC3\x84Z1") == "ab-\xC3\x84z1");
    CHECK(upper_case("Ab-\xC3\xA4z1") == "AB-\xC3\xA4Z1");
}

TEST_CASE("blanks_around_a_text_are_trimmed") {
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
    CHECK(trim("\na\n") == "\na\n");
}
