// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/cors.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

std::string allowed(std::string_view requested) {
    const mcpgw::request_head head{
        .method = "OPTIONS",
        .target = "/mcp",
        .fields = {{"Access-Control-Request-Headers", requested}},
    };
    return mcpgw::allowed_cors_headers(head);
}

} // namespace

TEST_CASE("what_mcp_clients_send_is_always_allowed") {
    const std::string always = mcpgw::allowed_cors_headers({});
    for (const char* name : {"Content-Type", "Mcp-Session-Id", "Last-Event-ID", "Mcp-Method"})
        CHECK(always.find(name) != std::string::npos);
    CHECK(allowed("") == always);
    CHECK(allowed("x-other, cookie") == always);
}

TEST_CASE("requested_parameter_fields_are_allowed_by_name") {
    const auto always = allowed("");
    CHECK(allowed("mcp-param-region") == always + ", mcp-param-region");
    CHECK(allowed("content-type ,\tMCP-Param-A,x,mcp-param-b ") ==
          always + ", MCP-Param-A, mcp-param-b");
}

TEST_CASE("names_that_are_no_tokens_are_not_repeated") {
    const auto always = allowed("");
    for (const char* name : {"mcp-param-a b", "mcp-param-a\r\nX: y", "mcp-param-a;b",
                             "\"mcp-param-a\"", "mcp-param", ",,,", "mcp-param-\xC3\xA9"}) {
        CAPTURE(name);
        CHECK(allowed(name) == always);
    }
}
