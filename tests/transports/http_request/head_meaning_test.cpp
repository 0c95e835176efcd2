// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/head_meaning.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using mcpgw::errc;
using mcpgw::head_meaning;
using mcpgw::meaning_of;
using endpoint = mcpgw::head_meaning::endpoint;

namespace {

mcpgw::request_head request(std::string_view method, std::string_view target) {
    mcpgw::request_head head;
    head.method = method;
    head.target = target;
    head.fields = {{"Host", "127.0.0.1"},
                   {"Content-Type", "application/json"},
                   {"Accept", "application/json, text/event-stream"}};
    return head;
}

head_meaning read(const mcpgw::request_head& head) {
    return meaning_of(head, mcpgw::http_options{});
}

} // namespace

TEST_CASE("the_path_tells_the_endpoint") {
    CHECK(read(request("POST", "/mcp")).at == endpoint::streamable);
    CHECK(read(request("POST", "/mcp/?x=1")).at == endpoint::streamable);
    CHECK(read(request("GET", "/sse")).at == endpoint::sse);
    CHECK(read(request("POST", "/messages?sessionId=1")).at == endpoint::sse);
    CHECK(read(request("GET", "/healthz")).at == endpoint::none);
    CHECK(read(request("GET", "/")).at == endpoint::none);
}

TEST_CASE("a_path_of_one_server_is_its_scope") {
    const auto meaning = read(request("POST", "/servers/files/mcp"));
    CHECK(meaning.at == endpoint::streamable);
    CHECK(meaning.scope == "files");
    CHECK(read(request("POST", "/servers//mcp")).scope.empty());
    CHECK(read(request("POST", "/servers/mcp")).at == endpoint::none);
}

TEST_CASE("browser_that_opens_the_endpoint_sees_the_page_and_a_client_its_stream") {
    auto browser = request("GET", "/mcp");
    browser.fields.back() = {"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"};
    CHECK(read(browser).at == endpoint::none);
    browser.fields.emplace_back("Mcp-Session-Id", "one");
    CHECK(read(browser).at == endpoint::streamable);
    CHECK(read(request("GET", "/mcp")).at == endpoint::streamable);
}

TEST_CASE("session_and_version_are_those_of_the_head") {
    auto head = request("POST", "/mcp");
    CHECK_FALSE(read(head).has_session_id);
    head.fields.emplace_back("Mcp-Session-Id", " one ");
    head.fields.emplace_back("MCP-Protocol-Version", "2025-06-18");
    CHECK(read(head).session_id == "one");
    CHECK(read(head).has_session_id);
    CHECK(read(head).legacy_version.has_value());
    head.fields.back() = {"MCP-Protocol-Version", "1999-01-01"};
    const auto refused = read(head).legacy_version;
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::unsupported_protocol_version);
    CHECK(refused.error().data_json.find(R"("requested":"1999-01-01")") != std::string::npos);
}

TEST_CASE("what_a_post_takes_is_found_in_its_head") {
    auto head = request("POST", "/mcp");
    CHECK(read(head).post_form.value() == mcpgw::reply_form::either);
    head.fields.back() = {"Accept", "application/json"};
    CHECK(read(head).post_form.value() == mcpgw::reply_form::json);
    head.fields.back() = {"Accept", "image/png"};
    REQUIRE(read(head).post_form.has_error());
    CHECK(read(head).post_form.error().code == errc::not_acceptable);
}
