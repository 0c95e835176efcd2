// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/argument_rules.hpp"

#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {
namespace {

argument_rule fixed(std::string name, std::string value) {
    return {std::move(name), std::move(value), true, true};
}
argument_rule preset(std::string name, std::string value) {
    return {std::move(name), std::move(value), false, false};
}
argument_rule hidden(std::string name, std::string value = {}) {
    return {std::move(name), std::move(value), false, true};
}

constexpr std::string_view schema =
    R"({"type":"object","properties":{"owner":{"type":"string"},"repo":{"type":"string"},)"
    R"("page":{"type":"integer","default":9,"big":12345678901234567890}},)"
    R"("required":["owner","repo","page"],"additionalProperties":false})";

std::string applied(const argument_rules& rules, std::string_view arguments) {
    auto made = rules.apply(arguments, "t");
    return made.has_error() ? "refused: " + std::string{made.error().message()} : *made;
}

} // namespace

TEST_CASE("a_fixed_argument_is_in_no_schema_and_in_every_call") {
    const argument_rules rules{{fixed("owner", R"("me")")}};
    CHECK(rules.shown_schema(schema) ==
          R"({"type":"object","properties":{"repo":{"type":"string"},"page":{"type":"integer",)"
          R"("default":9,"big":12345678901234567890}},"required":["repo","page"],)"
          R"("additionalProperties":false})");
    CHECK(applied(rules, R"({"repo":"x","n":1.0})") == R"({"repo":"x","n":1.0,"owner":"me"})");
    CHECK(applied(rules, "") == R"({"owner":"me"})");
    CHECK(applied(rules, "null") == R"({"owner":"me"})");
    CHECK(rules.misfits(schema).empty());
}

TEST_CASE("an_argument_that_is_hidden_is_refused_however_its_name_is_spelt") {
    const argument_rules rules{{fixed("owner", R"("me")"), hidden("sec/ret")}};
    const std::string refused = "refused: tool 't' has no argument `";
    CHECK(applied(rules, R"({"owner":"me"})").starts_with(refused + "owner`"));
    CHECK(applied(rules, R"({"own\u0065r":"you"})").starts_with(refused + "owner`"));
    CHECK(applied(rules, R"({"sec\/ret":1})").starts_with(refused + "sec/ret`"));
    CHECK(applied(rules, R"({"sec/ret":null})").starts_with(refused));
    CHECK(applied(rules, R"(["owner"])").starts_with("refused: `arguments` must be an object"));
    CHECK(applied(rules, R"({"deep":{"owner":1}})") == R"({"deep":{"owner":1},"owner":"me"})");
}

TEST_CASE("a_default_is_sent_where_the_client_says_nothing_and_shown_as_one") {
    const argument_rules rules{{preset("page", "1"), preset("owner", R"("me")")}};
    CHECK(rules.shown_schema(schema) ==
          R"({"type":"object","properties":{"owner":{"type":"string","default":"me"},)"
          R"("repo":{"type":"string"},)"
          R"("page":{"type":"integer","big":12345678901234567890,"default":1}},)"
          R"("required":["repo"],"additionalProperties":false})");
    CHECK(applied(rules, R"({"page":2})") == R"({"page":2,"owner":"me"})");
    CHECK(applied(rules, R"({"page":null})") == R"({"page":null,"owner":"me"})");
}

TEST_CASE("what_the_gateway_gives_is_required_in_no_branch_of_the_schema") {
    const argument_rules rules{{fixed("a", "1")}};
    CHECK(rules.shown_schema(R"({"anyOf":[{"required":["a"]},{"required":["b","a"]}],)"
                             R"("if":{"required":["a"]},"then":{"allOf":[{"required":["a"]}]},)"
                             R"("not":{"required":["a"]},"required":["a"]})") ==
          R"({"anyOf":[{},{"required":["b"]}],"if":{},"then":{"allOf":[{}]},)"
          R"("not":{"required":["a"]}})");
    CHECK(rules.shown_schema("true") == "true");
    CHECK(rules.shown_schema("{}") == "{}");
}

TEST_CASE("what_no_client_gave_yields_to_what_is_fixed") {
    const argument_rules rules{{fixed("owner", R"("me")"), preset("page", "1"), hidden("x")}};
    CHECK(rules.fill(R"({"owner":"other","x":2})") == R"({"x":2,"owner":"me","page":1})");
    CHECK(rules.fill("{}") == R"({"owner":"me","page":1})");
}

TEST_CASE("rules_that_a_tool_does_not_bear_out_are_told") {
    const argument_rules rules{{fixed("nope", "1"), hidden("repo"), preset("page", "1")}};
    const auto told = rules.misfits(schema);
    REQUIRE(told.size() == 2);
    CHECK(told[0] == "its inputSchema has no argument `nope`");
    CHECK(told[1].starts_with("the argument `repo` is required, hidden, and has no value"));
}

} // namespace mcpgw
