// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <boost/json.hpp>

#include <random>
#include <string>

using namespace mcpgw;

namespace {

const std::string replaced = "\xEF\xBF\xBD"; // U+FFFD

} // namespace

TEST_CASE("quoting_escapes_what_json_demands_and_nothing_else") {
    CHECK(quote_json("") == R"("")");
    CHECK(quote_json("plain text / with 'quotes'") == R"("plain text / with 'quotes'")");
    CHECK(quote_json("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
    CHECK(quote_json(std::string("\0\x01\x1F\x7F", 4)) == "\"\\u0000\\u0001\\u001f\x7F\"");
    CHECK(quote_json("é 日本 😀") == "\"é 日本 😀\"");
}

TEST_CASE("quoting_replaces_invalid_utf8") {
    CHECK(quote_json("a\xFF"
                     "b") == '"' + ("a" + replaced + "b") + '"');
    CHECK(quote_json("\xE2\x82") == '"' + replaced + replaced + '"');
    CHECK(quote_json("é\xC3") == "\"é" + replaced + '"');
    CHECK(quote_json("\xED\xA0\x80\n") == '"' + replaced + replaced + replaced + "\\n\"");
}

TEST_CASE("quoted_text_is_read_back_by_boost_json") {
    std::mt19937 random{7};
    for (int round = 0; round < 5'000; ++round) {
        std::string text(random() % 40, '\0');
        for (char& c : text)
            c = static_cast<char>(random() % 4 == 0 ? random() : 'a' + random() % 26);
        boost::system::error_code ec;
        const auto value = boost::json::parse(quote_json(text), ec);
        REQUIRE_FALSE(ec);
        REQUIRE(std::string_view{value.as_string()} == sanitize_utf8(text));
        REQUIRE(unquote_json(quote_json(text)) == sanitize_utf8(text));
    }
}

TEST_CASE("unquoting_resolves_every_escape") {
    CHECK(unquote_json(R"("")") == "");
    CHECK(unquote_json(R"("plain é")") == "plain é");
    CHECK(unquote_json(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(unquote_json(R"("a\u0041\u00e9\u00E9\u20ac\uFFFFz")") == "aAéé€\xEF\xBF\xBFz");
    CHECK(unquote_json(R"("\ud83d\ude00\uD800\uDC00\uDBFF\uDFFF")") ==
          "😀\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
    CHECK(unquote_json(R"("\u0000")") == std::string(1, '\0'));
}

TEST_CASE("unquoting_copies_only_what_is_escaped") {
    std::string room;
    const std::string plain = R"("plain")";
    CHECK(unquote_json(plain, room)->data() == plain.data() + 1);
    CHECK(room.empty());
    CHECK(unquote_json(R"("a\nb")", room) == "a\nb");
    CHECK(unquote_json(R"("c\td")", room) == "c\td");
    CHECK_FALSE(unquote_json("1", room));
}

TEST_CASE("unquoting_refuses_what_is_no_string") {
    const std::string raw = GENERATE(as<std::string>{}, "", "\"", "a", "1", "null", "{}", R"("a)",
                                     R"(a")", R"("a"b")", R"( "a")", R"("a" )", R"("\x")",
                                     R"("\u12")", R"("\ud800")", R"("\")", "\"\n\"", "\"\xFF\"");
    CHECK_FALSE(unquote_json(raw));
}

TEST_CASE("kinds_are_told_by_the_first_character") {
    CHECK(is_json_string(R"("a")"));
    CHECK(is_json_object("{}"));
    CHECK(is_json_array("[]"));
    for (const std::string_view raw : {"", "1", "null", "-1", "true"}) {
        CHECK_FALSE(is_json_string(raw));
        CHECK_FALSE(is_json_object(raw));
        CHECK_FALSE(is_json_array(raw));
    }
    CHECK_FALSE(is_json_object("[]"));
    CHECK_FALSE(is_json_array("{}"));
    CHECK_FALSE(is_json_string("{}"));
}

TEST_CASE("minifying_removes_blanks_between_tokens_only") {
    CHECK(minify_json("\n{ \"a b\" : [ 1.0 ,\t\"x  \\\" y \\\\\" ] ,\r\n \"c\" : { } }\n ") ==
          R"({"a b":[1.0,"x  \" y \\"],"c":{}})");
    CHECK(minify_json("{}") == "{}");
    CHECK(minify_json("").empty());
    CHECK(minify_json(" 12 ") == "12");
}

TEST_CASE("prefixes_end_between_characters") {
    constexpr std::string_view text = "aé€😀z"; // 1 + 2 + 3 + 4 + 1 bytes
    const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (std::size_t bytes = 0; bytes < std::size(expected); ++bytes) {
        INFO(bytes);
        CHECK(utf8_prefix(text, bytes) == expected[bytes]);
    }
    CHECK(utf8_prefix("", 5) == 0);
    CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5) == 5); // no UTF-8: cut anywhere
}

TEST_CASE("sanitizing_replaces_each_invalid_byte") {
    CHECK(sanitize_utf8("") == "");
    CHECK(sanitize_utf8("plain é 😀\n") == "plain é 😀\n");
    CHECK(sanitize_utf8("a\xFF\xFE"
                        "b") == "a" + replaced + replaced + "b");
    CHECK(sanitize_utf8("\xC3") == replaced);
    CHECK(sanitize_utf8("\xC3\xA9\x80") == "é" + replaced);
    CHECK(sanitize_utf8("\xF0\x9F\x98") == replaced + replaced + replaced);
    CHECK(sanitize_utf8("\xC0\x80") == replaced + replaced);
}
