// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/http_url.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

http_url must_parse(std::string_view text) {
    const auto url = parse_http_url(text);
    REQUIRE(url.has_value());
    return *url;
}

std::string resolved(std::string_view base, std::string_view reference) {
    const auto url = resolve_http_url(must_parse(base), reference);
    return url.has_value() ? url->str() : "refused";
}

} // namespace

TEST_CASE("parts_of_a_url_are_found") {
    const auto url = must_parse("https://Example.COM:8443/a%20b/mcp?key=v&x#fragment");
    CHECK(url.is_tls);
    CHECK(url.host == "example.com");
    CHECK(url.port == 8443);
    CHECK(url.target == "/a%20b/mcp?key=v&x");
    CHECK(url.authority() == "example.com:8443");
    CHECK(url.str() == "https://example.com:8443/a%20b/mcp?key=v&x");
}

TEST_CASE("default_ports_are_filled_in_and_not_shown") {
    CHECK(must_parse("http://h").port == 80);
    CHECK(must_parse("https://h").port == 443);
    CHECK(must_parse("https://h:443/").authority() == "h");
    CHECK(must_parse("http://h:443/").authority() == "h:443");
    CHECK(must_parse("http://h").target == "/");
    CHECK(must_parse("http://h?q").target == "/?q");
}

TEST_CASE("ipv6_addresses_lose_and_regain_their_brackets") {
    const auto url = must_parse("http://[::1]:9000/mcp");
    CHECK(url.host == "::1");
    CHECK(url.authority() == "[::1]:9000");
    CHECK(url.is_loopback());
}

TEST_CASE("loopback_is_told_from_names_that_look_like_it") {
    CHECK(must_parse("http://localhost/").is_loopback());
    CHECK(must_parse("http://a.localhost/").is_loopback());
    CHECK(must_parse("http://127.8.9.1/").is_loopback());
    CHECK_FALSE(must_parse("http://127.example.com/").is_loopback());
    CHECK_FALSE(must_parse("http://localhost.example.com/").is_loopback());
    CHECK_FALSE(must_parse("http://10.0.0.1/").is_loopback());
}

TEST_CASE("urls_that_cannot_be_used_are_refused_with_a_reason") {
    for (const auto* const text :
         {"", "example.com/mcp", "/mcp", "ftp://h/", "http://", "http:///mcp", "http://h:0/",
          "http://h:99999/", "http://user:secret@h/", "http://h/a b", "http://h/\r\nX: y"}) {
        INFO(text);
        const auto url = parse_http_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error().code == errc::bad_http_request);
        CHECK(url.error().detail.find("https://example.com/mcp") != std::string::npos);
        CHECK(url.error().detail.find("secret") == std::string::npos);
    }
}

TEST_CASE("references_are_resolved_against_their_base") {
    CHECK(resolved("http://h/sse", "/messages?id=1") == "http://h/messages?id=1");
    CHECK(resolved("http://h/a/sse", "messages") == "http://h/a/messages");
    CHECK(resolved("http://h/sse", "https://other/x") == "https://other/x");
    CHECK(resolved("http://h:81/sse?x", "?session=2") == "http://h:81/sse?session=2");
    CHECK(resolved("http://h/sse", "ftp://h/") == "refused");
    CHECK(resolved("http://h/sse", "a b") == "refused");
}

} // namespace mcpgw
