// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_members.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace mcpgw;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs members_of(std::string_view text) {
    pairs out;
    member_reader reader{text};
    while (const auto member = reader.next()) {
        CHECK(member->value_span.of(text) == member->value);
        CHECK(member->key_span.of(text) == '"' + std::string{member->key} + '"');
        out.emplace_back(member->key, member->value);
    }
    CHECK_FALSE(reader.next());
    return out;
}

std::vector<std::string> elements_of(std::string_view text) {
    std::vector<std::string> out;
    element_reader reader{text};
    while (const auto element = reader.next()) out.emplace_back(*element);
    CHECK_FALSE(reader.next());
    return out;
}

} // namespace

TEST_CASE("members_come_in_order_with_raw_values") {
    const pairs expected{
        {"a", "1.0"}, {"b", R"("x,}]\"\\")"}, {"c", R"({"d":[1,{"e":"}"}]})"},
        {"d", "[]"},  {"e", "null"},          {"f", "-12345678901234567890e5"},
        {"g", "{}"},  {"", "true"},
    };
    CHECK(members_of(R"({"a":1.0,"b":"x,}]\"\\","c":{"d":[1,{"e":"}"}]},"d":[],"e":null,)"
                     R"("f":-12345678901234567890e5,"g":{},"":true})") == expected);
}

TEST_CASE("blanks_around_members_belong_to_nobody") {
    const pairs expected{{"a", "1"}, {"b", "[ 1 , 2 ]"}, {"c", R"("x")"}};
    CHECK(members_of("\n {\r\n\t\"a\" : 1 ,\n \"b\":[ 1 , 2 ] , \"c\" : \"x\" \n} ") == expected);
}

TEST_CASE("escapes_in_keys_stay_untouched") {
    const pairs expected{{R"(\u0061\"\\)", "1"}, {"b", "2"}};
    CHECK(members_of(R"({"\u0061\"\\":1,"b":2})") == expected);
}

TEST_CASE("empty_objects_and_arrays_hold_nothing") {
    CHECK(members_of("{}").empty());
    CHECK(members_of(" { \n} ").empty());
    CHECK(elements_of("[]").empty());
    CHECK(elements_of(" [ ] ").empty());
}

TEST_CASE("elements_come_in_order_with_raw_values") {
    const std::vector<std::string> expected{"1.0",  R"("a]\",")", R"([[],{"x":"]"}])",
                                            "null", "{}",         "-0"};
    CHECK(elements_of(R"([1.0,"a]\",",[[],{"x":"]"}],null,{},-0])") == expected);
    CHECK(elements_of("\n[ 1.0 ,\t\"a]\\\",\" , [[],{\"x\":\"]\"}] ,null, {} , -0\r\n] ") ==
          expected);
}

TEST_CASE("what_is_no_object_has_no_members") {
    const std::string text =
        GENERATE(as<std::string>{}, "", " ", "1", "null", R"("{}")", R"([{"a":1}])", R"("a":1)");
    CHECK(members_of(text).empty());
    CHECK(find_member(text, "a").empty());
}

TEST_CASE("what_is_no_array_has_no_elements") {
    const std::string text = GENERATE(as<std::string>{}, "", " ", "1", R"("[1]")", R"({"a":[1]})");
    CHECK(elements_of(text).empty());
}

TEST_CASE("unchecked_text_ends_the_reading") {
    const std::string whole = R"({"a":1,"b":"\"","c":{"d":[1]},"e":[{}]})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> cut(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(size));
        member_reader reader{{cut.data(), cut.size()}};
        std::size_t count = 0;
        while (reader.next()) ++count;
        CHECK(count <= 4);
    }
    CHECK(members_of(R"({"a" 1})").empty());
    CHECK(members_of(R"({"a":})").empty());
    CHECK(members_of(R"({a:1})").empty());
    CHECK(elements_of("[1").size() == 1);
    CHECK(elements_of("[\"").size() == 1);
}

TEST_CASE("the_last_member_of_a_name_wins") {
    constexpr std::string_view text = R"({"a":1,"b":{"a":9},"a":2,"\u0061":3,"aa":4})";
    CHECK(find_member(text, "a") == "2");
    CHECK(find_member(text, "b") == R"({"a":9})");
    CHECK(find_member(text, "aa") == "4");
    CHECK(find_member(text, "c").empty());
    CHECK(find_member(text, "").empty());
}

TEST_CASE("a_member_is_found_in_the_smallest_object_that_has_room_for_it") {
    CHECK(find_member(R"({"":1})", "") == "1");
    CHECK(find_member(R"({"a":1})", "a") == "1");
    CHECK(find_member(R"({"a":1})", "aa").empty());
    CHECK(find_member("{}", "").empty());
}

TEST_CASE("object_is_written_member_by_member") {
    member_writer writer;
    CHECK(writer.empty());
    CHECK(writer.object() == "{}");
    writer.add("a", "1.0");
    writer.add("b\\u00e4", R"({"c":[]})");
    CHECK_FALSE(writer.empty());
    CHECK(writer.members() == R"("a":1.0,"b\u00e4":{"c":[]})");
    CHECK(writer.object() == "{" + writer.members() + "}");
    CHECK(writer.take_object() == R"({"a":1.0,"b\u00e4":{"c":[]}})");
}

TEST_CASE("deep_values_are_skipped_without_recursion") {
    const std::size_t levels = 100'000;
    const std::string deep = std::string(levels, '[') + std::string(levels, ']');
    CHECK(find_member(R"({"a":)" + deep + R"(,"b":1})", "b") == "1");
}
