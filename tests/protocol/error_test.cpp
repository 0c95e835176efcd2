// SPDX-License-Identifier: Apache-2.0
#include "protocol/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mcpgw;

namespace {

std::vector<errc> all_codes() {
    std::vector<errc> codes;
    for (int i = 0; i <= static_cast<int>(errc::gateway_stopping); ++i)
        codes.push_back(static_cast<errc>(i));
    return codes;
}

} // namespace

TEST_CASE("every_code_has_a_complete_row") {
    for (const errc code : all_codes()) {
        const error_row& row = describe(code);
        INFO(row.name);
        CHECK(row.code == code);
        CHECK_FALSE(row.message.empty());
        CHECK(row.message.back() != '.');
        REQUIRE_FALSE(row.name.empty());
        CHECK(std::ranges::all_of(row.name,
                                  [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }));
    }
}

TEST_CASE("json_rpc_codes_stay_in_the_ranges_that_the_specification_gives") {
    for (const errc code : all_codes()) {
        const int value = describe(code).json_rpc;
        const bool is_json_rpc = value == -32700 || (value <= -32600 && value >= -32603);
        const bool is_mcp = value <= -32020 && value >= -32022;
        INFO(describe(code).name);
        CHECK((is_json_rpc || is_mcp));
    }
    CHECK(describe(errc::parse_error).json_rpc == -32700);
    CHECK(describe(errc::invalid_request).json_rpc == -32600);
    CHECK(describe(errc::method_not_found).json_rpc == -32601);
    CHECK(describe(errc::invalid_params).json_rpc == -32602);
    CHECK(describe(errc::internal_error).json_rpc == -32603);
    CHECK(describe(errc::header_mismatch).json_rpc == -32020);
    CHECK(describe(errc::missing_client_capability).json_rpc == -32021);
    CHECK(describe(errc::unsupported_protocol_version).json_rpc == -32022);
}

TEST_CASE("http_statuses_are_success_or_error") {
    for (const errc code : all_codes()) {
        const int status = describe(code).http_status;
        INFO(describe(code).name);
        CHECK((status == 200 || (status >= 400 && status < 600)));
    }
    CHECK(describe(errc::message_too_large).http_status == 413);
    CHECK(describe(errc::method_not_found).http_status == 404);
    CHECK(describe(errc::session_unknown).http_status == 404);
    CHECK(describe(errc::host_refused).http_status == 403);
}

TEST_CASE("the_public_names_are_there_and_mean_one_thing_each") {
    std::map<std::string_view, int> uses;
    for (const errc code : all_codes()) ++uses[describe(code).name];
    for (const std::string_view name :
         {"SERVER_NOT_FOUND", "TOOL_NOT_FOUND", "INVALID_ARGS", "SERVER_FAILED", "SERVER_BUSY",
          "TIMEOUT", "CONNECTION_LOST", "CIRCUIT_OPEN", "SESSION_ERROR"}) {
        INFO(name);
        CHECK(uses.contains(name));
    }
    for (const auto& [name, count] : uses) {
        INFO(name);
        // A session that is unknown and one that cannot do something are one error to a user.
        CHECK(count == (name == "SESSION_ERROR" ? 2 : 1));
    }
}

TEST_CASE("only_errors_that_pass_by_themselves_are_retryable") {
    CHECK(describe(errc::server_busy).is_retryable);
    CHECK(describe(errc::call_timed_out).is_retryable);
    CHECK(describe(errc::connection_lost).is_retryable);
    CHECK_FALSE(describe(errc::parse_error).is_retryable);
    CHECK_FALSE(describe(errc::tool_not_found).is_retryable);
    CHECK_FALSE(describe(errc::origin_refused).is_retryable);
}

TEST_CASE("a_fault_tells_its_detail_or_else_the_message_of_its_code") {
    CHECK(fault{errc::parse_error}.message() == describe(errc::parse_error).message);
    CHECK(fault{errc::parse_error, "Just so"}.message() == "Just so");
    CHECK(fault{}.code == errc::internal_error);
}

TEST_CASE("taking_the_value_of_a_failed_result_is_a_programming_error") {
    const result<int> failed = fault{errc::server_busy, "five calls"};
    CHECK(failed.has_error());
    CHECK_THROWS_AS(failed.value(), std::logic_error);
    const result<int> good = 5;
    CHECK(good.value() == 5);
}
