// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/toml_text.hpp"

#include "server/config/format/config_json.hpp"
#include "server/config/format/config_toml.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

TEST_CASE("texts_read_again_as_they_were_written") {
    for (const std::string text :
         {"", "plain", "a\"b\\c", "tab\tline\nreturn\r", "'single'", "${VAR} # no comment",
          "\xc3\xa9\xf0\x9f\x98\x80", "\x01\x7f\b", "\"\"\"", "C:\\new"}) {
        CAPTURE(text);
        problem_log problems{"f"};
        const auto root = read_toml_document("x = " + quote_toml(text) + "\n", problems);
        REQUIRE(root);
        CHECK(root->find("x")->text == text);
        CHECK(quote_toml(text).find('\n') == std::string::npos);
    }
}

TEST_CASE("keys_are_quoted_where_needed") {
    CHECK(toml_key("plain_key-1") == "plain_key-1");
    CHECK(toml_key("a.b") == "\"a.b\"");
    CHECK(toml_key("") == "\"\"");
    CHECK(toml_key("a \"b\"") == "\"a \\\"b\\\"\"");
}

TEST_CASE("values_of_all_kinds_read_again") {
    problem_log problems{"f"};
    const auto root = read_json_document(
        R"({"x": {"b": true, "i": -3, "r": 2.0, "s": 0.25, "a": ["1", [2]], "n": null,
            "t": {"k.k": "v"}, "e": {}}})",
        problems);
    REQUIRE(root);
    const auto text = toml_value(*root->find("x"));
    CHECK(
        text ==
        R"({ b = true, i = -3, r = 2.0, s = 0.25, a = ["1", [2]], t = { "k.k" = "v" }, e = {} })");
    CHECK(read_toml_document("x = " + text + "\n", problems));
    CHECK_FALSE(problems.has_errors());
}

TEST_CASE("long_lists_go_over_several_lines") {
    config_node list;
    list.kind = node_kind::array;
    for (int i = 0; i < 10; ++i) {
        config_node item;
        item.kind = node_kind::string;
        item.text = "argument number " + std::to_string(i);
        list.items.push_back(item);
    }
    const auto text = toml_value(list);
    CHECK(text.find('\n') != std::string::npos);
    problem_log problems{"f"};
    const auto root = read_toml_document("x = " + text + "\n", problems);
    REQUIRE(root);
    CHECK(root->find("x")->items.size() == 10);
}
