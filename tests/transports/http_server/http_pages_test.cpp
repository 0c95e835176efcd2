// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_pages.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::io_test {
namespace {

TEST_CASE("a_browser_is_told_what_this_is_and_nothing_is_loaded_or_run") {
    http_world world;
    for (const std::string target : {"/", "/mcp", "/mcp/", "/nothing", "/servers/demo/mcp"}) {
        CAPTURE(target);
        auto request = http_get(target).without("Accept").with(
            "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        const auto answer = world.ask(std::move(request));
        CHECK(answer.status == 200);
        CHECK(answer.field("content-type") == "text/html; charset=utf-8");
        const auto policy = answer.field("content-security-policy");
        CHECK(policy.find("default-src 'none'") != std::string::npos);
        CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
        CHECK(answer.field("x-content-type-options") == "nosniff");
        CHECK(answer.body.find("http://127.0.0.1/mcp") != std::string::npos);
        CHECK(answer.body.find("<script") == std::string::npos);
        CHECK(answer.body.find("src=") == std::string::npos);
    }
}

TEST_CASE("a_stream_of_a_session_is_no_page_even_for_a_browser") {
    http_world world;
    auto request = session_get(world.open_session()).without("Accept").with("Accept", "text/html");
    CHECK(world.ask(std::move(request)).status == 406);
}

TEST_CASE("status_is_told_to_this_machine_alone") {
    http_options options = http_test_options();
    options.access.hosts_allowed = {"gateway.example"};
    options.access.origins_allowed = {"https://app.example"};
    http_world world{std::move(options)};
    CHECK(world.ask(http_get("/status")).status == 200);
    CHECK(world.ask(http_get("/status").with("Sec-Fetch-Site", "none")).status == 200);
    CHECK(world.ask(http_get("/status").with("Origin", "http://localhost:3000")).status == 200);
    // What a proxy hands on, pages of others, and names that others may have given us.
    CHECK(world.ask(http_get("/status").with("X-Forwarded-For", "10.0.0.1")).status == 403);
    CHECK(world.ask(http_get("/status").with("Forwarded", "for=10.0.0.1")).status == 403);
    CHECK(world.ask(http_get("/status").with("Via", "1.1 proxy")).status == 403);
    CHECK(world.ask(http_get("/status").with("Sec-Fetch-Site", "cross-site")).status == 403);
    CHECK(world.ask(http_get("/status").with("Origin", "https://app.example")).status == 403);
    auto named = http_get("/status").without("Host").with("Host", "gateway.example");
    CHECK(world.ask(std::move(named)).status == 403);
    const auto answer = world.ask(http_get("/status"));
    CHECK(answer.field("cache-control") == "no-store");
    CHECK(answer.field("cross-origin-resource-policy") == "same-origin");
}

TEST_CASE("loopback_addresses_are_known_in_all_their_forms") {
    for (const char* const near : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        CAPTURE(near);
        CHECK(is_loopback_address(asio::ip::make_address(near)));
    }
    for (const char* const far : {"10.0.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1", "fe80::1"}) {
        CAPTURE(far);
        CHECK_FALSE(is_loopback_address(asio::ip::make_address(far)));
    }
}

} // namespace
} // namespace mcpgw::io_test
