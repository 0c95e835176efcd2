// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/splice.hpp"

#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

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

