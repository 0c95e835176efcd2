// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/config_expand.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>

using namespace mcpgw;

namespace {

environment_lookup some_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        static const std::map<std::string, std::string> values{
            {"A", "alpha"}, {"EMPTY", ""}, {"HOME", "/home/me"}, {"TRICKY", "${A} $$ }"}};
        const auto it = values.find(name);
        return it == values.end() ? std::nullopt : std::optional{it->second};
    };
}

expansion expand(std::string_view text) {
    return expand_variables(text, some_environment());
}

} // namespace

TEST_CASE("variables_are_replaced") {
    CHECK(expand("x ${A} y ${A}").text == "x alpha y alpha");
    CHECK(expand("${EMPTY}").text.empty());
    CHECK(expand("${EMPTY}").is_complete());
    CHECK(expand("${env:A}/${userHome}").text == "alpha//home/me");
    CHECK(expand("${A}").has_variables);
    CHECK_FALSE(expand("plain").has_variables);
}

TEST_CASE("defaults_stand_in_for_unset_and_empty_variables") {
    CHECK(expand("${A:-d}").text == "alpha");
    CHECK(expand("${EMPTY:-d}").text == "d");
    CHECK(expand("${NONE:-}").text.empty());
    CHECK(expand("${NONE:-}").is_complete());
    CHECK(expand("${NONE:-a b:-c}").text == "a b:-c");
    CHECK(expand("${NONE:-${A}}!").text == "alpha!");
    CHECK(expand("${NONE:-${OTHER:-${A}}}").text == "alpha");
    CHECK(expand("${env:NONE:-d}").text == "d");
}

TEST_CASE("dollars_that_are_no_variables_stay") {
    CHECK(expand("$A $ 5$ a$b").text == "$A $ 5$ a$b");
    CHECK(expand("$${A}").text == "${A}");
    CHECK(expand("$$$$").text == "$$");
    CHECK(expand("$$$${A}").text == "$${A}");
    CHECK(expand("}{").text == "}{");
}

TEST_CASE("inserted_values_are_not_expanded_again") {
    CHECK(expand("${TRICKY}").text == "${A} $$ }");
}

TEST_CASE("missing_variables_are_listed_all") {
    const auto made = expand("${ONE} ${A} ${TWO:-${THREE}}");
    CHECK(made.missing == std::vector<std::string>{"ONE", "THREE"});
    CHECK_FALSE(made.is_complete());
}

TEST_CASE("editor_variables_are_told_apart") {
    CHECK(expand("${input:my token}").editor_only == std::vector<std::string>{"input:my?token"});
    CHECK(expand("${workspaceFolder}/x").editor_only ==
          std::vector<std::string>{"workspaceFolder"});
    CHECK(expand("${config:a.b}").missing.empty());
    CHECK_FALSE(expand("${input:x}").is_complete());
}

TEST_CASE("malformed_variables_are_no_text") {
    for (const auto* const text : {"${", "${A", "x ${A ${A}", "${}", "${1A}", "${A B}", "${A:d}",
                                   "${A:+d}", "${:-d}", "${NONE:-${}"}) {
        CAPTURE(text);
        CHECK(expand(text).is_malformed);
        CHECK_FALSE(expand(text).is_complete());
    }
    std::string deep = "x";
    for (int i = 0; i < 1000; ++i) deep = "${NONE:-" + deep + "}";
    CHECK(expand(deep).is_malformed);
}

TEST_CASE("variable_names_are_those_of_shells") {
    CHECK(is_variable_name("_a1"));
    CHECK(is_variable_name("PATH"));
    for (const auto* const text : {"", "1a", "a-b", "a b", "\xc3\xa9"})
        CHECK_FALSE(is_variable_name(text));
}
