// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/request_digest.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

std::string digest(std::string_view arguments) {
    return request_digest("tools/call", "echo", arguments);
}

TEST_CASE("the_digest_is_a_known_sha256") {
    // Computed elsewhere: three fields, each after its length in eight bytes, lowest byte first.
    CHECK(request_digest("tools/call", "echo", R"({ "b": 1, "a": "\u0078" })") ==
          "9de546d00252e1ec712eddff4484450c9a84c349fb2157038e67a8e4153bd97e");
}

TEST_CASE("spelling_of_the_arguments_does_not_change_the_digest") {
    const std::vector<std::vector<std::string_view>> same{
        {R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1})",
         " {\n\"b\" : [ true , null ],\t\"a\": 1 }\r\n"},
        {R"({"x":{"b":1,"a":2}})", R"({"x":{"a":2,"b":1}})"},
        {R"([{"b":1,"a":2}])", R"([{"a":2,"b":1}])"},
        {R"({"\u0061":"\/\u00e9\ud83d\ude00\n"})", R"({"a":"/é😀\u000A"})"},
        {"{}", "{ }", ""},
        {"[]", "[ ]"},
        {R"("a\\b")", R"(  "a\u005cb")"},
    };
    std::set<std::string> digests;
    for (const auto& texts : same)
        for (const std::string_view text : texts) {
            CAPTURE(text);
            CHECK(digest(text) == digest(texts.front()));
            digests.insert(digest(text));
        }
    CHECK(digests.size() == same.size());
}

TEST_CASE("every_other_difference_changes_the_digest") {
    const std::vector<std::string_view> texts{
        R"({"a":1})",
        R"({"a":1.0})", // numbers count as they are written
        R"({"a":10e-1})",      R"({"a":"1"})",     R"({"a":[1]})",       R"({"a":{}})",
        R"({"a":[]})",         R"({"a":null})",    R"({"a":""})",        R"({"b":1})",
        R"({"a":1,"b":1})",
        R"({"a":1,"a":2})", // of equal names the order counts
        R"({"a":2,"a":1})",    R"({"a":{"b":1}})", R"({"a":[1,2]})",     R"({"a":[2,1]})",
        R"({"a":[[1],2]})",    R"({"a":[12]})",    R"({"a":"b c"})",     R"({"a":"bc"})",
        R"({"a":"b\u0000c"})", R"({"a,b":1})",     R"({"a\":1,\"b":1})",
    };
    std::set<std::string> digests;
    for (const std::string_view text : texts) digests.insert(digest(text));
    CHECK(digests.size() == texts.size());
}

TEST_CASE("method_and_name_are_part_of_the_digest") {
    const std::set<std::string> digests{
        request_digest("tools/call", "echo", "{}"),   request_digest("prompts/get", "echo", "{}"),
        request_digest("tools/call", "echo2", "{}"),  request_digest("tools/callecho", "", "{}"),
        request_digest("tools/cal", "lecho", "{}"),   request_digest("", "tools/callecho", "{}"),
        request_digest("tools/call", "echo{}", "[]"),
    };
    CHECK(digests.size() == 7);
}

TEST_CASE("arguments_that_are_no_json_are_digested_byte_by_byte") {
    const std::string deep = std::string(5000, '[') + std::string(5000, ']');
    CHECK(digest(deep) != digest(deep + " "));
    CHECK(digest(deep) == digest(deep));
    CHECK(digest("{") != digest("{ "));
    CHECK(digest(R"({"b":1,"a":2)") != digest(R"({"a":2,"b":1)"));
}

} // namespace
} // namespace mcpgw
