// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/value_template.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;
namespace json = boost::json;

namespace {

const json::value params = json::parse(R"({"repo":"gateway","n":3,"list":[1,2]})");

std::string rendered(std::string_view raw) {
    const auto read = value_template::read(json::parse(raw));
    if (read.has_error()) return "unread: " + read.error().message();
    const auto made = read->render({{"params", &params}});
    if (made.has_error()) return "failed: " + made.error().message();
    return json::serialize(*made);
}

} // namespace

TEST_CASE("a_text_that_is_one_expression_keeps_the_type_of_its_value") {
    CHECK(rendered(R"("${params.n}")") == "3");
    CHECK(rendered(R"("${ params.list }")") == "[1,2]");
    CHECK(rendered(R"(" ${params.n}")") == R"(" 3")");
    CHECK(rendered(R"("${params.n}${params.n}")") == R"("33")");
}

TEST_CASE("expressions_stand_anywhere_in_texts_and_values") {
    CHECK(rendered(R"("Found ${params.n} in ${params.repo}")") == R"("Found 3 in gateway")");
    CHECK(rendered(R"({"a":[1,"${params.n}",{"b":"x${params.list}"}],"c":null})") ==
          R"({"a":[1,3,{"b":"x[1,2]"}],"c":null})");
    CHECK(rendered(R"("${ {'a': '}'}.a }")") == R"("}")");
    CHECK(rendered(R"({"${params.n}":1})") == R"({"${params.n}":1})"); // keys are as they are
}

TEST_CASE("what_has_no_expression_stays_as_it_is") {
    CHECK(rendered(R"({"a":"$5","b":"{x}","c":"$","d":[]})") ==
          R"({"a":"$5","b":"{x}","c":"$","d":[]})");
    CHECK(value_template::read(json::parse(R"({"a":[1]})"))->is_constant());
    CHECK(rendered(R"("cost: $${params.n}")") == R"("cost: ${params.n}")");
    CHECK(rendered(R"("$${a} ${params.n}")") == R"("${a} 3")");
}

TEST_CASE("errors_say_where_in_the_value_they_are") {
    CHECK(rendered(R"({"a":["x","${params.}"]})") ==
          "unread: a[1]: expected the name of a member, found }, at character 10 of ${params.}");
    CHECK(rendered(R"({"a":{"b":"is ${params.nobody}"}})") ==
          "failed: a.b: there is no member 'nobody', at character 8 of params.nobody");
    CHECK(rendered(R"("${params.n")").starts_with("unread: expected an operator or }"));
    CHECK(rendered(R"("${}")").starts_with("unread: expected a value"));
}

TEST_CASE("all_expressions_of_a_template_are_found_in_their_order") {
    const auto read =
        value_template::read(json::parse(R"({"a":"${x.y} ${z}","b":["${u}",{"c":"${v}"}]})"));
    std::string all;
    for (const auto& [pointer, says] : read->expressions())
        all += pointer + "=" + says->text() + " ";
    CHECK(all == ".a=x.y .a=z .b[0]=u .b[1].c=v ");
}
