// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/value_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string_view>

using namespace mcpgw;

TEST_CASE("numbers_that_a_reader_with_doubles_would_not_take_are_told_from_others") {
    for (const std::string_view good : {"0", "-1", "1.0", "1e3", "9007199254740991"}) {
        CAPTURE(good);
        CHECK(is_finite_number(good));
        CHECK(is_whole_number(good));
    }
    for (const std::string_view odd : {"1.5", "9007199254740993", "1e300"}) {
        CAPTURE(odd);
        CHECK(is_finite_number(odd));
        CHECK_FALSE(is_whole_number(odd));
    }
    for (const std::string_view none :
         {"1e999", "", "\"1\"", "null", "true", "[1]", "nan", "inf"}) {
        CAPTURE(none);
        CHECK_FALSE(is_finite_number(none));
        CHECK_FALSE(is_whole_number(none));
        CHECK_FALSE(is_share(none));
    }
    CHECK(is_share("0"));
    CHECK(is_share("1.0"));
    CHECK_FALSE(is_share("1.01"));
    CHECK_FALSE(is_share("-0.1"));
}

TEST_CASE("an_endless_number_is_found_wherever_it_stands_and_texts_are_none") {
    for (const std::string_view good :
         {"{}", "[1,-2e3]", R"({"a":{"1e999":"1e999"}})", R"(["\"",1])", "[ 1 , 2 ]", "null"}) {
        CAPTURE(good);
        CHECK(are_numbers_finite(good));
    }
    for (const std::string_view endless :
         {"1e999", "[1e999]", R"({"a":{"b":[0,-1e999]}})", R"(["\\",1e999 ])"}) {
        CAPTURE(endless);
        CHECK_FALSE(are_numbers_finite(endless));
    }
}

TEST_CASE("base64_that_a_browser_decodes_is_good_and_other_spellings_are_mended") {
    for (const std::string_view good : {R"("")", R"("aGk=")", R"("aGk")", R"("aA==")", R"("+/+/")"})
        CHECK(is_base64_text(good));
    for (const std::string_view odd :
         {R"("a")", R"("aGk==")", R"("aG k")", R"("_-_-")", R"("=")", R"("a\/bc")", "7", "null"}) {
        CAPTURE(odd);
        CHECK_FALSE(is_base64_text(odd));
    }
    CHECK(mended_base64(R"("a\/bc")") == R"("a/bc")");
    CHECK(mended_base64(R"("_-_-")") == R"("/+/+")");
    CHECK(mended_base64(R"("aG\r\nk=")") == R"("aGk=")");
    CHECK(mended_base64(R"("data:image/png;base64,aGk=")") == R"("aGk=")");
    CHECK_FALSE(mended_base64(R"("data:text/plain,aGk")"));
    CHECK_FALSE(mended_base64(R"("a!")"));
    CHECK_FALSE(mended_base64("7"));
}

TEST_CASE("times_need_a_date_a_time_and_an_offset") {
    for (const std::string_view good :
         {R"("2025-01-12T15:00:58Z")", R"("2024-02-29T23:59:59.123456+02:00")",
          R"("2025-01-12T15:00Z")"}) {
        CAPTURE(good);
        CHECK(is_timestamp(good));
    }
    for (const std::string_view odd :
         {R"("2025-01-12")", R"("2025-01-12T15:00:58")", R"("2025-13-12T15:00:58Z")",
          R"("2025-02-29T15:00:58Z")", R"("2025-01-12T25:00:58Z")", R"("2025-01-12 15:00:58Z")",
          R"("2025-01-12T15:00:58.Z")", R"("2025-01-12T15:00:58+2:00")", R"("")", "7",
          R"("2025-01-12T15:00:58Zz")", R"("2025-01-12T15:00:")"}) {
        CAPTURE(odd);
        CHECK_FALSE(is_timestamp(odd));
    }
}

TEST_CASE("a_uri_has_a_scheme_and_no_control_characters") {
    for (const std::string_view good :
         {R"("a:")", R"("https://a.invalid/b c")", R"("urn:a\/b")", R"("a+b-c.d:ä")"}) {
        CAPTURE(good);
        CHECK(is_absolute_uri(good));
    }
    for (const std::string_view odd :
         {R"("")", R"("a")", R"("/a:b")", R"("1a:b")", R"("a:\u0000")", R"("a:\n")", "7", "null"}) {
        CAPTURE(odd);
        CHECK_FALSE(is_absolute_uri(odd));
    }
}

TEST_CASE("a_uri_template_that_no_reader_takes_is_known") {
    for (const std::string_view good :
         {R"("a://{b}")", R"("a://{+b}/{c*}{?d,e}")", R"("plain")", R"("\u0061://{b}")"}) {
        CAPTURE(good);
        CHECK(is_uri_template(good));
    }
    for (const std::string_view odd : {R"("")", "7", R"("a://{b")", R"("a://b}")", R"("a://{}")",
                                       R"("a://{b{c}}")", R"("a://{b}\u0000")"}) {
        CAPTURE(odd);
        CHECK_FALSE(is_uri_template(odd));
    }
}
