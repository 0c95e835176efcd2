// SPDX-License-Identifier: Apache-2.0
#include "children/remote/remote_headers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

namespace mcpgw {

namespace {

std::string value_of(const field_list& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &field_list::value_type::first);
    return found == fields.end() ? "absent" : found->second;
}

upstream_call call_of(std::string_view method_name, std::string members) {
    upstream_call request;
    request.method = method_name;
    request.members = std::move(members);
    return request;
}

} // namespace

TEST_CASE("modern_requests_mirror_their_body_in_headers") {
    auto request = call_of(method::tools_call, R"("name":"get_weather","arguments":{})");
    request.headers = {{"Mcp-Param-Region", "us-west1"}};
    const auto fields = request_fields(request, newest_modern, {"ignored", newest_legacy});
    CHECK(value_of(fields, "MCP-Protocol-Version") == "2026-07-28");
    CHECK(value_of(fields, "Mcp-Method") == "tools/call");
    CHECK(value_of(fields, "Mcp-Name") == "get_weather");
    CHECK(value_of(fields, "Mcp-Param-Region") == "us-west1");
    CHECK(value_of(fields, "Mcp-Session-Id") == "absent");
    CHECK(value_of(fields, "Accept") == "application/json, text/event-stream");
    CHECK(value_of(fields, "Content-Type") == "application/json");
}

TEST_CASE("mirrored_names_are_encoded_where_a_header_could_not_hold_them") {
    const auto name_of = [](std::string_view method_name, std::string members) {
        return value_of(request_fields(call_of(method_name, std::move(members)), newest_modern, {}),
                        "Mcp-Name");
    };
    CHECK(name_of(method::resources_read, R"("uri":"file:///a b")") == "file:///a b");
    CHECK(name_of(method::prompts_get, R"("name":"Hello, \u4e16\u754c")") ==
          "=?base64?SGVsbG8sIOS4lueVjA==?=");
    CHECK(name_of(method::tools_call, R"("name":"a\r\nX: y")").starts_with("=?base64?"));
    CHECK(name_of(method::tools_list, "") == "absent");
}

TEST_CASE("legacy_requests_carry_session_and_revision_once_there_are_any") {
    const auto request = call_of(method::tools_call, R"("name":"x")");
    const auto before = request_fields(request, std::nullopt, {});
    CHECK(value_of(before, "MCP-Protocol-Version") == "absent");
    CHECK(value_of(before, "Mcp-Session-Id") == "absent");
    CHECK(value_of(before, "Mcp-Method") == "absent");
    const auto after =
        request_fields(request, revision::r2025_06_18, {"abc", revision::r2025_06_18});
    CHECK(value_of(after, "MCP-Protocol-Version") == "2025-06-18");
    CHECK(value_of(after, "Mcp-Session-Id") == "abc");
    CHECK(value_of(after, "Mcp-Name") == "absent");
}

TEST_CASE("streams_are_asked_for_by_type_and_position") {
    const auto fields = stream_fields({"abc", newest_legacy}, "7_1");
    CHECK(value_of(fields, "Accept") == "text/event-stream");
    CHECK(value_of(fields, "Last-Event-ID") == "7_1");
    CHECK(value_of(fields, "Mcp-Session-Id") == "abc");
    CHECK(value_of(stream_fields({}, {}), "Last-Event-ID") == "absent");
}

TEST_CASE("identity_comes_from_headers_and_bearer_token") {
    remote_options options;
    CHECK(authorization_fields(options).empty());
    options.headers = {{"X-Api-Key", "k"}};
    options.bearer_token = "t";
    const auto fields = authorization_fields(options);
    CHECK(value_of(fields, "X-Api-Key") == "k");
    CHECK(value_of(fields, "Authorization") == "Bearer t");
}

TEST_CASE("session_ids_are_visible_ascii") {
    CHECK(is_session_id("1868a90c-_~!"));
    CHECK_FALSE(is_session_id(""));
    CHECK(is_session_id("a b"));
    CHECK_FALSE(is_session_id("a\r\nX: y"));
    CHECK(is_session_id("\xc3\xa4"));
}

TEST_CASE("headers_that_we_make_are_reserved_whatever_their_case") {
    CHECK(is_reserved_header("HOST"));
    CHECK(is_reserved_header("Mcp-Session-Id"));
    CHECK(is_reserved_header("mcp-param-x"));
    CHECK_FALSE(is_reserved_header("Authorization"));
    CHECK_FALSE(is_reserved_header("X-Api-Key"));
}

} // namespace mcpgw
