// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression.hpp"

#include "server/expressions/expression_functions.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

const json::value params = json::parse(
    R"({"repo":"gateway","tags":["alpha","beta","rc"],"nothing":null,
        "large":18446744073709551615})");
const json::value steps = json::parse(
    R"({"search":{"count":3,"hits":[{"path":"a.txt","score":0.9},{"path":"b.txt","score":0.6},
        {"path":"c.txt","score":0.1}]},"read-file":{"text":"hello"}})");
const json::value item = 5;

expression_scope scope() {
    return {{"params", &params}, {"steps", &steps}, {"item", &item}};
}

const std::map<std::string, expression_error> kinds{
    {"syntax", expression_error::syntax},     {"unknown_name", expression_error::unknown_name},
    {"missing", expression_error::missing},   {"wrong_type", expression_error::wrong_type},
    {"no_value", expression_error::no_value}, {"over_limit", expression_error::over_limit}};

expression_result<json::value> value_of(std::string_view text) {
    const auto read = expression::read(text);
    if (read.has_error()) return read.error();
    return read->evaluate(scope());
}

std::string file(const std::string& path) {
    std::ifstream in{std::string{MCPGW_SOURCE_DIR} + "/" + path};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

std::string names_of(std::string_view text) {
    std::string names;
    const auto read = expression::read(text);
    REQUIRE(read.has_value());
    for (const auto& each : read->references())
        names += each.root + (each.member.empty() ? "" : "." + each.member) + " ";
    return names;
}

} // namespace

TEST_CASE("every_vector_of_the_language_has_its_value_or_its_error") {
    std::ifstream in{std::string{MCPGW_SOURCE_DIR} + "/tests/server/expressions/vectors.txt"};
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        INFO(line);
        ++count;
        const auto fails = line.rfind(" !> ");
        const auto at = fails == std::string::npos ? line.rfind(" => ") : fails;
        REQUIRE(at != std::string::npos);
        const auto value = value_of(std::string_view{line}.substr(0, at));
        const auto wanted = line.substr(at + 4);
        if (fails != std::string::npos) {
            REQUIRE(value.has_error());
            CHECK(static_cast<int>(value.error().kind) == static_cast<int>(kinds.at(wanted)));
            CHECK(value.error().place <= at);
            continue;
        }
        if (value.has_error()) FAIL(value.error().message);
        CHECK(json::serialize(*value) == json::serialize(json::parse(wanted)));
    }
    CHECK(count > 180);
}

TEST_CASE("an_error_says_what_and_where") {
    const auto value = value_of("steps.search.nobody + 1");
    REQUIRE(value.has_error());
    CHECK(value.error().in("steps.search.nobody + 1") ==
          "there is no member 'nobody', at character 14 of steps.search.nobody + 1");
    CHECK(value_of("'ä' == =").error().in("'ä' == =") ==
          "a single = is nothing; == compares, at character 8 of 'ä' == =");
}

TEST_CASE("what_is_too_long_too_deep_or_too_much_work_is_refused") {
    const auto kind = [](const std::string& text) {
        const auto value = value_of(text);
        return value.has_error() ? static_cast<int>(value.error().kind) : -1;
    };
    const int over = static_cast<int>(expression_error::over_limit);
    const auto repeat = [](std::string_view text, std::size_t times) {
        std::string all;
        while (times-- > 0) all += text;
        return all;
    };
    CHECK(kind(repeat("(", 5'000)) == over);
    CHECK(kind(repeat("!", 5'000) + "true") == over);
    CHECK(kind(repeat("-", 5'000) + "1") == over);
    CHECK(kind(repeat("[", 5'000)) == over);
    CHECK(kind("1" + repeat("+1", 5'000)) == over);
    CHECK(kind("a" + repeat(".a", 5'000)) == over);
    CHECK(kind("[" + repeat("1,", 5'000) + "]") == over);
    CHECK(kind(repeat(" ", 20'000) + "1") == over);
    const std::string ten = "[0,1,2,3,4,5,6,7,8,9]";
    CHECK(kind(ten + ".map(a," + ten + ".map(b," + ten + ".map(c," + ten + ".map(d," + ten +
               ".map(e," + ten + ".map(f,1))))))") == over);
    CHECK(kind(ten + ".all(a," + ten + ".all(b," + ten + ".all(c," + ten + ".all(d," + ten +
               ".all(e," + ten + ".all(f,true))))))") == over);
    // Doubled twenty-five times, it would be large.
    std::string grown = "'0123456789abcdef'";
    for (int i = 0; i < 25; ++i) grown = "[" + grown + "].map(x, x + x)[0]";
    CHECK(kind(grown) == over);
    std::string copied = "params";
    for (int i = 0; i < 25; ++i) copied = "[" + copied + "].map(x, [x, x])[0]";
    CHECK(kind(copied) == over);
    // What went over a limit cannot be made good.
    CHECK(kind("default(" + grown + ", 1)") == over);
    CHECK(kind("has({'a':" + grown + "}.a)") == over);
}

TEST_CASE("free_names_are_found_with_their_members") {
    CHECK(names_of("steps.search.count + steps['read'].size") == "steps.search steps.read ");
    CHECK(names_of("steps[item].x") == "steps item ");
    CHECK(names_of("params.list.map(x, x.y + item + x)") == "params.list item ");
    CHECK(names_of("[1].map(steps, steps.a) + steps.b") == "steps.b ");
    CHECK(names_of("has(steps.a) ? default(params.b, 1) : string(item)") ==
          "steps.a params.b item ");
}

TEST_CASE("a_name_that_is_not_known_is_found_before_the_evaluation") {
    constexpr std::array<std::string_view, 2> known{"params", "steps"};
    const auto read = expression::read("params.a == step.b");
    REQUIRE(read.has_value());
    const auto checked = read->check_names(known);
    REQUIRE(checked.has_error());
    CHECK(checked.error().message == "there is no 'step' here; known: params, steps");
    CHECK(checked.error().place == 12);
    CHECK(expression::read("params.a.all(x, x)")->check_names(known).has_value());
}

TEST_CASE("the_document_names_every_function") {
    const auto page = file("docs/expressions.md");
    for (const auto& each : expression_functions()) {
        INFO(each.name);
        CHECK(page.find("`" + std::string{each.name} + "(") != std::string::npos);
        CHECK(page.find(std::string{each.sentence}) != std::string::npos);
    }
}
