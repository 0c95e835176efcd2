// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/remembered_schema.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace mcpgw;

namespace {

constexpr std::size_t plenty = 1000;

remembered_schema sample() {
    remembered_schema schema;
    schema.spoken = newest_legacy;
    schema.server_info = R"({"name":"files","version":"2.0.1"})";
    auto& lists = schema.lists;
    lists.capabilities = R"({"tools":{"listChanged":true},"prompts":{}})";
    lists.instructions = "Say \"please\",\nand \xC3\xA4.";
    // Numbers and order as no parser would give them back.
    lists.tools = {
        {"add", R"({"name":"add","max":12345678901234567890123,"one":1.0,"a":[],"A":{}})"},
        {"t\"o", R"({"title":"x","name":"t\"o"})"}};
    lists.prompts = {{"hi", R"({"name":"hi"})"}};
    lists.resources = {{"file:///a", R"({"uri":"file:///a","name":"a"})"}};
    lists.templates = {{"file:///{p}", R"({"uriTemplate":"file:///{p}","name":"t"})"}};
    return schema;
}

void check_same(const remembered_schema& a, const remembered_schema& b) {
    CHECK(a.spoken == b.spoken);
    CHECK(a.server_info == b.server_info);
    CHECK(a.lists.capabilities == b.lists.capabilities);
    CHECK(a.lists.instructions == b.lists.instructions);
    for (const auto kind : all_lists) {
        CHECK(std::ranges::equal(a.lists.items(kind), b.lists.items(kind), {}, &list_item::key,
                                 &list_item::key));
        CHECK(std::ranges::equal(a.lists.items(kind), b.lists.items(kind), {}, &list_item::json,
                                 &list_item::json));
    }
}

std::string problem(std::string_view text, std::size_t items_max = plenty) {
    const auto decoded = decode_schema(text, "k", items_max);
    REQUIRE(decoded.has_error());
    return std::string{decoded.error().message()};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("a_schema_is_remembered_byte_for_byte") {
    const auto schema = sample();
    const auto decoded = decode_schema(encode_schema(schema, "k"), "k", plenty);
    REQUIRE(decoded.has_value());
    check_same(*decoded, schema);
    remembered_schema bare;
    bare.lists.capabilities = "{}";
    const auto least = decode_schema(encode_schema(bare, "k"), "k", plenty);
    REQUIRE(least.has_value());
    check_same(*least, bare);
}

TEST_CASE("nobody_may_keep_what_is_only_remembered") {
    auto schema = sample();
    for (auto& hints : schema.lists.hints) hints = {60'000, true};
    schema.lists.discover_hints = {60'000, true};
    schema.lists.fetched_at = cache_hints::time_point{} + std::chrono::hours{1};
    const auto decoded = decode_schema(encode_schema(schema, "k"), "k", plenty);
    REQUIRE(decoded.has_value());
    for (const auto& hints : decoded->lists.hints) CHECK(hints == cache_hints{});
    CHECK(decoded->lists.discover_hints == cache_hints{});
    CHECK(decoded->lists.fetched_at == cache_hints::time_point{});
}

TEST_CASE("a_schema_that_is_cut_off_anywhere_is_refused") {
    const auto text = encode_schema(sample(), "k");
    REQUIRE(text.ends_with("}\n"));
    for (std::size_t length = 0; length + 1 < text.size(); ++length) {
        INFO(length);
        CHECK(decode_schema(std::string_view{text}.substr(0, length), "k", plenty).has_error());
    }
}

TEST_CASE("a_damaged_byte_does_no_harm") {
    const auto text = encode_schema(sample(), "k");
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const char bad : {'\0', '"', '{', ']', '\xff', '0'}) {
            auto damaged = text;
            damaged[at] = bad;
            const auto decoded = decode_schema(damaged, "k", plenty);
            // What still can be read has names for all its entries.
            if (decoded.has_error()) continue;
            for (const auto kind : all_lists)
                for (const auto& item : decoded->lists.items(kind)) REQUIRE_FALSE(item.key.empty());
        }
}

TEST_CASE("a_schema_of_another_format_or_server_is_refused") {
    const auto text = encode_schema(sample(), "k");
    CHECK(problem(replaced(text, R"("format":1)", R"("format":2)")) ==
          "it was written by another version of the gateway");
    CHECK(
        problem(replaced(text, R"("format":1)", R"("format":1.0)")).starts_with("it was written"));
    CHECK(problem(encode_schema(sample(), "other")) ==
          "it is about another command, url or directory");
    CHECK(problem(replaced(text, to_string(newest_legacy), "1999-01-01")) ==
          "it names no protocol revision that this gateway knows");
    for (const auto* foreign : {"", "[]", "null", "{}", "hello", "\xff\xd8\xff"}) {
        INFO(foreign);
        CHECK(decode_schema(foreign, "k", plenty).has_error());
    }
}

TEST_CASE("a_schema_without_its_parts_is_refused") {
    const auto text = encode_schema(sample(), "k");
    CHECK(problem(replaced(text, R"("tools":[)", R"("tulls":[)")) == "it has no list `tools`");
    CHECK(problem(replaced(text, R"("name":"hi")", R"("nome":"hi")")) ==
          "an entry of `prompts` has no `name`");
    CHECK(problem(replaced(text, R"({"name":"hi"})", "7")) ==
          "an entry of `prompts` has no `name`");
    CHECK(problem(replaced(text, R"("capabilities":{)", R"("capabilitees":{)")) ==
          "parts of it are missing");
    CHECK(problem(replaced(text, R"("instructions")", R"("instruction")")) ==
          "parts of it are missing");
    CHECK(problem(replaced(text, R"("serverInfo":{"name":"files","version":"2.0.1"})",
                           R"("serverInfo":"files")")) == "parts of it are missing");
    CHECK(problem(text, 1) == "`tools` has more than 1 entries (limits.list_items_max)");
}

TEST_CASE("the_key_depends_on_what_is_started_and_tells_nothing_of_it") {
    child_options options;
    options.name = "a";
    options.command = "node";
    options.args = {"x.js", "--token=hush"};
    const auto key = schema_key(options);
    CHECK(key.size() == 64);
    CHECK(key.find("hush") == std::string::npos);
    const auto differs = [&key](const child_options& other) {
        return schema_key(other) != key;
    };
    auto same = options;
    same.name = "b";
    same.env = {{"TOKEN", "1"}};
    CHECK_FALSE(differs(same));
    auto other = options;
    other.command = "nodejs";
    CHECK(differs(other));
    other = options;
    other.args = {"x.js --token=hush"};
    CHECK(differs(other));
    other = options;
    other.cwd = "/";
    CHECK(differs(other));
    other = options;
    other.remote.url = "http://localhost/";
    CHECK(differs(other));
    other = options;
    other.only_era = era::legacy;
    CHECK(differs(other));
}

TEST_CASE("whether_a_server_asks_its_clients_is_remembered") {
    auto schema = sample();
    schema.questions.prove("tools/call", "t\"o");
    auto back = decode_schema(encode_schema(schema, "k"), "k", plenty);
    REQUIRE(back.has_value());
    CHECK_FALSE(back->questions.has_asked());
    CHECK_FALSE(back->questions.is_unproven("tools/call", "t\"o"));
    CHECK(back->questions.is_unproven("tools/call", "add"));
    schema.questions.on_question();
    back = decode_schema(encode_schema(schema, "k"), "k", plenty);
    REQUIRE(back.has_value());
    CHECK(back->questions.has_asked());
}
