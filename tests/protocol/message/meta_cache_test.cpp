// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/meta_cache.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace mcpgw;

namespace {

constexpr scan_limits limits{};

/// Scans with and without what is known, and fails the test where that makes a difference.
void scan_both_ways(const std::string& text, meta_cache& known) {
    CAPTURE(text);
    const auto plain = scan_envelope(text, limits);
    const auto found = scan_envelope(text, limits, known);
    REQUIRE(found.has_value() == plain.has_value());
    if (plain)
        CHECK((*found == *plain));
    else
        CHECK(found.error().message() == plain.error().message());
}

std::string request(std::string_view params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string{params} + "}";
}

std::string response(std::string_view result) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{result} + "}";
}

const std::string first = R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"},)"
                          R"("io.modelcontextprotocol/clientCapabilities":{"roots":{}},)"
                          R"("io.modelcontextprotocol/logLevel":"info","progressToken":1})";
const std::string second = R"({"progressToken":22,"traceparent":"00-ab"})";

} // namespace

TEST_CASE("a_meta_that_comes_again_is_found_wherever_it_stands") {
    meta_cache known;
    for (const auto& meta : {first, first, second, first, second, second, std::string{"{}"}})
        for (const auto& text :
             {request(R"({"_meta":)" + meta + "}"),
              request(R"({"name":"x","arguments":{"_meta":{}},"_meta" : )" + meta + R"(,"a":1})"),
              request(R"({"_meta":)" + meta + R"(,"name":"long enough to move all the rest"})")})
            scan_both_ways(text, known);
    CHECK(known.size() == 2);
}

TEST_CASE("what_is_known_of_params_says_nothing_of_a_result") {
    meta_cache known;
    for (int round = 0; round < 2; ++round) {
        scan_both_ways(request(R"({"_meta":)" + first + "}"), known);
        scan_both_ways(response(R"({"_meta":)" + first + R"(,"content":[]})"), known);
        scan_both_ways(response(R"({"content":[],"_meta":)" + first + "}"), known);
    }
    CHECK(known.begins(first, meta_cache::place::result));
    CHECK_FALSE(known.begins(first, meta_cache::place::params));
}

TEST_CASE("an_object_that_only_begins_like_the_known_meta_is_not_taken_for_it") {
    meta_cache known;
    scan_both_ways(request(R"({"_meta":{"a":1}})"), known);
    for (const std::string_view params :
         {R"({"_meta":{"a":1,"b":2}})", R"({"_meta":{"a":11}})", R"({"_meta":{"a":1 }})",
          R"({"_meta":{"a":1}"b"})", R"({"_meta":{"a":1}}})", R"({"_meta":{"a":1})"})
        scan_both_ways(request(params), known);
}

TEST_CASE("what_is_refused_is_refused_again") {
    meta_cache known;
    for (const std::string_view meta :
         {R"({"progressToken":1,"progressToken":1})", R"({"\u0061":1})", "[]", "1", R"({"a":01})"})
        for (int round = 0; round < 2; ++round) {
            scan_both_ways(request(R"({"_meta":)" + std::string{meta} + "}"), known);
            scan_both_ways(response(R"({"_meta":)" + std::string{meta} + "}"), known);
        }
    scan_both_ways(request(R"({"_meta":)" + first + "}"), known);
    scan_both_ways(request(R"({"_meta":)" + first + R"(,"_meta":)" + first + "}"), known);
    scan_both_ways(R"({"jsonrpc":"1.0","id":1,"params":{"_meta":)" + first + "}}", known);
}

TEST_CASE("newlines_are_seen_every_time") {
    meta_cache known;
    for (int round = 0; round < 3; ++round) {
        scan_both_ways(request("{\"_meta\":{\n\"a\":1}}"), known);
        scan_both_ways(request("{\"_meta\":\n" + first + "}"), known);
        scan_both_ways(request(R"({"_meta":)" + first + "}"), known);
    }
}

TEST_CASE("a_meta_that_is_too_long_to_be_kept_is_scanned_each_time") {
    meta_cache known;
    const auto large = R"({"a":")" + std::string(meta_cache::bytes_max, 'x') + R"("})";
    scan_both_ways(request(R"({"_meta":{"a":1}})"), known);
    for (int round = 0; round < 2; ++round) {
        scan_both_ways(request(R"({"_meta":)" + large + "}"), known);
        CHECK(known.size() == 0);
    }
}
