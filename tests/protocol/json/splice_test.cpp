// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/splice.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

using namespace mcpgw;

namespace {

/// The members of an object as erase_member() wants them.
std::vector<text_span> member_spans(std::string_view text) {
    std::vector<text_span> spans;
    member_reader reader{text};
    while (const auto member = reader.next())
        spans.push_back({member->key_span.begin, member->value_span.end});
    return spans;
}

std::string erase(std::string_view text, const std::vector<std::size_t>& indices) {
    const auto spans = member_spans(text);
    spliced_text spliced{text};
    for (const std::size_t index : indices) spliced.erase_member(spans.at(index));
    CHECK(spliced.size() == spliced.str().size());
    return spliced.str();
}

} // namespace

TEST_CASE("a_text_without_edits_stays_as_it_is") {
    const spliced_text spliced{"abc"};
    CHECK(spliced.str() == "abc");
    CHECK(spliced.size() == 3);
    CHECK(spliced_text{""}.str().empty());
}

TEST_CASE("edits_may_be_added_in_any_order") {
    spliced_text spliced{"0123456789"};
    spliced.replace({7, 9}, "seven");
    spliced.replace({0, 1}, "");
    spliced.replace({3, 4}, "three");
    spliced.replace({9, 10}, "nine"); // touches the one before
    CHECK(spliced.str() == "12three456sevennine");
    CHECK(spliced.size() == spliced.str().size());
}

TEST_CASE("insertions_at_one_place_keep_their_order") {
    spliced_text spliced{"ab"};
    spliced.insert(1, "1");
    spliced.insert(1, "2");
    spliced.insert(0, "<");
    spliced.insert(2, ">");
    spliced.insert(1, "3");
    CHECK(spliced.str() == "<a123b>");
}

TEST_CASE("an_insertion_stands_before_a_replacement_that_begins_there") {
    for (const bool is_insertion_first : {true, false}) {
        spliced_text spliced{"abc"};
        if (is_insertion_first) spliced.insert(1, "+");
        spliced.replace({1, 2}, "B");
        if (!is_insertion_first) spliced.insert(1, "+");
        spliced.insert(2, "-");
        CHECK(spliced.str() == "a+B-c");
    }
}

TEST_CASE("appending_keeps_what_is_there") {
    spliced_text spliced{"ab"};
    spliced.replace({0, 1}, "x");
    std::string out = "data: ";
    spliced.append_to(out);
    spliced.append_to(out);
    CHECK(out == "data: xbxb");
}

TEST_CASE("big_integers_fractions_and_key_order_survive_a_splice") {
    const std::string text =
        R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"z":12345678901234567890123,"a":1.0,)"
        R"("b":1e400,"c":-0.0,"z":[0.10]}})";
    const auto found = scan_envelope(text);
    REQUIRE(found.has_value());
    spliced_text spliced{text};
    spliced.replace(found->id, "\"other\"");
    spliced.replace(found->method, "b");
    CHECK(spliced.str() ==
          R"({"jsonrpc":"2.0","id":"other","method":"b","params":{"z":12345678901234567890123,)"
          R"("a":1.0,"b":1e400,"c":-0.0,"z":[0.10]}})");
}

TEST_CASE("erasing_a_member_takes_one_comma_along") {
    constexpr std::string_view text = R"({"a":1,"b":[2],"c":{}})";
    CHECK(erase(text, {0}) == R"({"b":[2],"c":{}})");
    CHECK(erase(text, {1}) == R"({"a":1,"c":{}})");
    CHECK(erase(text, {2}) == R"({"a":1,"b":[2]})");
    CHECK(erase(R"({"a":1})", {0}) == "{}");
    CHECK(erase("{ \"a\" : 1 , \"b\" : 2 }", {1}) == "{ \"a\" : 1   }");
}

TEST_CASE("members_may_be_erased_in_any_number_and_order") {
    // Every choice of members in every order: neighbours want the same commas.
    for (const std::string text :
         {R"({"a":1,"b":2,"c":3,"d":4})", "\n{ \"a\" : 1 ,\n \"b\" : 2\n, \"c\":3 , \"d\":4 }"}) {
        for (unsigned chosen = 0; chosen < 16; ++chosen) {
            std::vector<std::size_t> indices;
            for (std::size_t i = 0; i < 4; ++i)
                if ((chosen >> i) & 1U) indices.push_back(i);
            do {
                const std::string out = erase(text, indices);
                INFO(out);
                REQUIRE(check_json(out).has_value());
                std::string left;
                member_reader reader{out};
                while (const auto member = reader.next()) left += member->key;
                std::string expected;
                for (std::size_t i = 0; i < 4; ++i)
                    if (((chosen >> i) & 1U) == 0) expected += static_cast<char>('a' + i);
                REQUIRE(left == expected);
            } while (std::ranges::next_permutation(indices).found);
        }
    }
}

TEST_CASE("erasing_goes_together_with_replacing_other_values") {
    const std::string text = R"({"a":1,"b":2,"c":3})";
    const auto spans = member_spans(text);
    spliced_text spliced{text};
    spliced.replace({spans[1].end - 1, spans[1].end}, "\"two\"");
    spliced.erase_member(spans[2]);
    spliced.erase_member(spans[0]);
    CHECK(spliced.str() == R"({"b":"two"})");
}
