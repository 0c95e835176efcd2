// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_scanner.hpp"

#include "protocol/message/envelope.hpp"
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <boost/json.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace mcpgw;

namespace {

bool is_valid(std::string_view text) {
    // A copy of exactly that size, so that a sanitizer sees a read behind it.
    const std::vector<char> copy(text.begin(), text.end());
    return check_json({copy.data(), copy.size()}).has_value();
}

std::string in_quotes(std::string_view inner) {
    return '"' + std::string{inner} + '"';
}

enum class verdict { accepts, refuses, cannot_represent };

verdict ask_boost(std::string_view text) {
    boost::system::error_code ec;
    boost::json::parse_options options;
    options.max_depth = scan_limits{}.depth_max;
    boost::json::parse(boost::json::string_view{text.data(), text.size()}, ec, {}, options);
    if (!ec) return verdict::accepts;
    return ec == boost::json::error::exponent_overflow ? verdict::cannot_represent
                                                       : verdict::refuses;
}

/// One small change somewhere: a byte replaced, removed, doubled or a token put in.
void mutate(std::string& text, std::mt19937& random) {
    static const std::vector<std::string> tokens{
        "\"",       "\\",
        "{",        "}",
        "[",        "]",
        ",",        ":",
        "0",        "1",
        "-",        ".",
        "e",        "true",
        "null",     "\\u0041",
        "\\u",      "\\ud800",
        "\\n",      "\n",
        "\xC3",     "\xA9",
        "\xC3\xA9", "\xED\xA0",
        "\x80",     " ",
        "\t",       "1e99",
        "\f",       "\\udc00",
        "\"a\":1,", "\x7F",
        "[]",       "\xEF\xBB\xBF",
    };
    const auto below = [&random](std::size_t limit) {
        return random() % limit;
    };
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
    case 0:
        text.insert(at, tokens[below(tokens.size())]);
        break;
    case 1:
        if (at < text.size()) text.erase(at, 1 + below(3));
        break;
    case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
    default:
        text.insert(at, text.substr(below(text.size() + 1), 1 + below(8)));
    }
}

/// At that place of a plain text, whatever needs a decision is noticed.
void require_special_bytes_seen(std::string text, std::size_t at) {
    for (const char refused : {'\n', '\xFF', '"'}) {
        text[at] = refused;
        REQUIRE_FALSE(is_valid(in_quotes(text)));
    }
    text[at] = '\x7F';
    REQUIRE(is_valid(in_quotes(text)));
    std::size_t bytes = 1;
    for (const std::string_view taken : {R"(\")", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
        text.replace(at, bytes, taken);
        bytes = taken.size();
        REQUIRE(is_valid(in_quotes(text)));
    }
}

} // namespace

TEST_CASE("numbers_follow_the_grammar") {
    const std::string good =
        GENERATE(as<std::string>{}, "0", "-0", "1", "-1", "10", "0.0", "1.50", "-0.1e5", "1e5",
                 "1E+5", "1e-005", "1e400", "123456789012345678901234567890.5", "1e99999999999");
    CHECK(is_valid(good));
    CHECK(is_valid("[" + good + "]"));
    CHECK(is_valid("{\"a\":" + good + " }"));
}

TEST_CASE("numbers_against_the_grammar_are_refused") {
    const std::string bad = GENERATE(as<std::string>{}, "-", "+1", "01", "-01", "00", "1.", ".5",
                                     "1.e5", "1e", "1e+", "1ee5", "0x10", "1_000", "--1", "1.2.3",
                                     "NaN", "Infinity", "-Infinity", "1 2", "1a");
    CHECK_FALSE(is_valid(bad));
    CHECK_FALSE(is_valid("[" + bad + "]"));
}

TEST_CASE("literals_are_exact") {
    CHECK(is_valid("true"));
    CHECK(is_valid("false"));
    CHECK(is_valid(" null "));
    const std::string bad =
        GENERATE(as<std::string>{}, "tru", "True", "truee", "nul", "nullnull", "fals", "undefined");
    CHECK_FALSE(is_valid(bad));
}

TEST_CASE("escapes_that_json_knows_pass_and_others_do_not") {
    CHECK(is_valid(in_quotes(R"(\"\\\/\b\f\n\r\t)")));
    CHECK(is_valid(in_quotes(R"(\u0000\u001f\uABCD\uabcd\uFFFF)")));
    CHECK(is_valid(in_quotes(R"(\ud83d\ude00\uDBFF\uDFFF)")));
    const std::string bad = GENERATE(
        as<std::string>{}, R"(\)", R"(\x41)", R"(\')", R"(\a)", R"(\U0041)", R"(\u)", R"(\u004)",
        R"(\u00g0)", R"(\u 041)", R"(\u+041)", R"(\ud800)", R"(\ud800x)", R"(\ud800\n)",
        R"(\ud800\u0041)", R"(\ud800\ud800)", R"(\udc00)", R"(\udc00\ud800)", R"(\ud800\udc0)");
    CHECK_FALSE(is_valid(in_quotes(bad)));
    CHECK_FALSE(is_valid("\"\\" + std::string(1, '\0') + "\""));
}

TEST_CASE("control_characters_in_strings_must_be_escaped") {
    for (int byte = 0; byte < 0x20; ++byte) {
        const std::string text = in_quotes("abc" + std::string(1, static_cast<char>(byte)) + "d");
        CHECK_FALSE(is_valid(text));
    }
    CHECK(is_valid(in_quotes("\x7F")));
}

TEST_CASE("special_bytes_are_seen_at_every_place_of_a_long_string") {
    // The scanner looks at eight bytes at a time.
    for (std::size_t size = 0; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            require_special_bytes_seen(std::string(size, 'x'), at);
        }
    }
}

TEST_CASE("special_bytes_are_seen_behind_the_first_blocks_of_a_very_long_string") {
    // From 128 bytes on the scanner looks at up to 128 at a time.
    for (std::size_t at = 100; at < 700; ++at) {
        require_special_bytes_seen(std::string(800 - at % 37, 'x'), at);
    }
}

TEST_CASE("utf8_is_checked_in_full") {
    for (const std::string good :
         {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        CHECK(is_valid(in_quotes(good)));
        CHECK(is_valid("{" + in_quotes(good) + ":1}"));
        for (std::size_t size = 1; size < good.size(); ++size)
            CHECK_FALSE(is_valid(in_quotes(good.substr(0, size))));
    }
    for (const std::string bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
          "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3\x28", "\xE2\x28\xA1", "\xE2\x82\x28"}) {
        CHECK_FALSE(is_valid(in_quotes(bad)));
        CHECK_FALSE(is_valid("{" + in_quotes(bad) + ":1}"));
        CHECK_FALSE(is_valid(bad));
    }
}

TEST_CASE("structure_is_checked_everywhere") {
    const std::string bad =
        GENERATE(as<std::string>{}, "[", "]", "{", "}", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{,}",
                 "{1:2}", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({"a" 1})", R"({"a":1 "b":2})",
                 R"({a:1})", "[}", "{]", R"([{"a":1]})", R"({"a":[1})", "[1]]", "'a'", "/**/1",
                 "1//", "\v1", "\xA0", ":", ",");
    CHECK_FALSE(is_valid(bad));
    CHECK_FALSE(is_valid(R"({"x":)" + bad + "}"));
}

TEST_CASE("blanks_may_stand_between_all_tokens") {
    CHECK(is_valid(" { \"a\"\t:\r\n[ 1 , { } , [ ] ,\t\"x\" ] , \"b\" : null } "));
}

TEST_CASE("a_ceiling_stands_above_any_depth_limit") {
    const std::size_t levels = json_scanner::levels_max;
    const scan_limits none{.depth_max = SIZE_MAX};
    CHECK(check_json(std::string(levels, '[') + std::string(levels, ']'), none).has_value());
    CHECK(check_json(std::string(levels + 1, '['), none).error().code == errc::depth_exceeded);
}

TEST_CASE("the_scanner_and_boost_json_agree_on_mutated_text") {
    const std::vector<std::string> seeds{
        R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{}}})",
        R"([0,-1.5e+10,true,false,null,"x",{"a":[{}]},[]])",
        R"({"a":"\ud83d\ude00\n\u00e9","é":"日本語 😀","b":-0.1})",
        "\n{ \"a\" : [ 1 ,\t2 ] }\r\n",
    };
    std::mt19937 random{20260728};
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (int round = 0; round < 40'000; ++round) {
        std::string text = seeds[random() % seeds.size()];
        for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) mutate(text, random);
        const verdict expected = ask_boost(text);
        const bool actual = is_valid(text);
        INFO(text);
        // Numbers that it cannot represent are valid JSON all the same, and stay text here.
        if (expected != verdict::cannot_represent)
            REQUIRE(actual == (expected == verdict::accepts));
        ++(actual ? accepted : refused);
    }
    // The test means something only if both happen often.
    CHECK(accepted > 2'000);
    CHECK(refused > 2'000);
}
