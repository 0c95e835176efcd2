// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/http_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

using namespace std::string_literals;

request_head make_post(std::vector<header_field> fields, int version = 11) {
    return {.method = "POST", .target = "/mcp", .version = version, .fields = std::move(fields)};
}

/// A request that passes every framing rule, with more fields.
request_head make_framed(std::vector<header_field> more, int version = 11) {
    auto head = make_post({{"Host", "localhost"}}, version);
    head.fields.insert(head.fields.end(), more.begin(), more.end());
    return head;
}

bool is_code(const result<void>& checked, errc code) {
    return checked.has_error() && checked.error().code == code;
}

/// Whether framing is refused and the detail says which field is to blame.
bool is_refused_for(const request_head& head, std::string_view word) {
    const auto checked = check_framing(head);
    return is_code(checked, errc::bad_http_request) &&
           checked.error().detail.find(word) != std::string::npos;
}

errc access_code(std::string_view host, const access_policy& policy = {}) {
    const auto checked = check_access(make_post({{"Host", host}}), policy);
    return checked ? errc::internal_error : checked.error().code;
}
bool is_host_allowed(std::string_view host, const access_policy& policy = {}) {
    return access_code(host, policy) == errc::internal_error;
}

bool is_origin_allowed(std::string_view origin, const access_policy& policy = {}) {
    const auto checked =
        check_access(make_post({{"Host", "localhost:8080"}, {"Origin", origin}}), policy);
    if (checked) return true;
    REQUIRE(checked.error().code == errc::origin_refused);
    return false;
}

TEST_CASE("header_names_are_found_in_any_case_and_values_are_trimmed") {
    const auto head = make_post({{"x-one", " \t a b\t "}, {"X-ONE", "second"}, {"empty", " \t"}});
    CHECK(head.find("X-One") == "a b");
    CHECK(head.count("X-One") == 2);
    CHECK(head.find("Empty") == "");
    CHECK(head.find("Emp") == std::nullopt);
    CHECK(head.count("Emp") == 0);
}

TEST_CASE("ordinary_requests_pass_the_framing_rules") {
    CHECK(check_framing(make_framed({})).has_value());
    CHECK(check_framing(make_framed({{"Content-Length", "0"}})).has_value());
    CHECK(check_framing(make_framed({{"content-length", " 1234 "}})).has_value());
    CHECK(check_framing(make_framed({{"Transfer-Encoding", "chunked"}})).has_value());
    CHECK(check_framing(make_framed({{"Transfer-Encoding", "Chunked"}})).has_value());
    CHECK(check_framing(make_framed({{"Expect", "100-Continue"}})).has_value());
    CHECK(check_framing(make_framed({{"X-Text", "a\tb \xC3\xA9"}})).has_value());
    CHECK(check_framing(make_framed({{"Accept", "a/b"}, {"Accept", "c/d"}})).has_value());
    CHECK(check_framing(make_post({}, 10)).has_value());
    CHECK(check_framing(make_framed({{"Content-Length", "3"}}, 10)).has_value());
}

TEST_CASE("bodies_that_two_readers_could_end_differently_are_refused") {
    const auto with = [](std::vector<header_field> fields) {
        return make_framed(std::move(fields));
    };
    CHECK(is_refused_for(with({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}),
                         "Transfer-Encoding"));
    CHECK(is_refused_for(with({{"transfer-encoding", "chunked"}, {"content-length", "5"}}),
                         "Transfer-Encoding"));
    CHECK(
        is_refused_for(with({{"Content-Length", "5"}, {"Content-Length", "5"}}), "Content-Length"));
    CHECK(
        is_refused_for(with({{"Content-Length", "5"}, {"content-length", "6"}}), "Content-Length"));
    for (const std::string_view length :
         {"+5", "-5", "5,5", "5, 5", "0x5", "5 5", "", "5.0", "1e3", "5;", "\"5\"",
          "18446744073709551616", "99999999999999999999999999", "\xD9\xA5"}) {
        CAPTURE(length);
        CHECK(is_refused_for(with({{"Content-Length", length}}), "Content-Length"));
    }
    for (const std::string_view coding :
         {"chunked, gzip", "gzip, chunked", "gzip", "identity", "xchunked", "chunked;a=b",
          "\"chunked\"", "", "chunked,", ", chunked", "chunke", "chunked chunked"}) {
        CAPTURE(coding);
        CHECK(is_refused_for(with({{"Transfer-Encoding", coding}}), "Transfer-Encoding"));
    }
    CHECK(is_refused_for(with({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}),
                         "Transfer-Encoding"));
    CHECK(is_refused_for(make_framed({{"Transfer-Encoding", "chunked"}}, 10), "HTTP/1.1"));
    CHECK(is_refused_for(with({{"Trailer", "Content-Length"}}), "Trailer"));
}

TEST_CASE("a_host_is_sent_exactly_once") {
    CHECK(is_refused_for(make_post({}), "Host"));
    CHECK(is_refused_for(make_post({{"Host", "localhost"}, {"host", "localhost"}}), "Host"));
    CHECK(is_refused_for(make_post({{"Host", "localhost"}, {"Host", "evil.example"}}, 10), "Host"));
}

TEST_CASE("fields_that_decide_something_are_sent_once") {
    for (const std::string_view name :
         {"Origin", "Content-Type", "Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method",
          "Mcp-Name", "Mcp-Param-Region"}) {
        CAPTURE(name);
        CHECK(check_framing(make_framed({{name, "a"}})).has_value());
        CHECK(is_refused_for(make_framed({{name, "a"}, {name, "a"}}), name));
        auto lower = std::string{name};
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
        CHECK(is_refused_for(make_framed({{name, "a"}, {lower, "b"}}), name));
    }
}

TEST_CASE("parameters_are_found_with_their_names_as_sent_and_values_trimmed") {
    const auto found = find_params(make_framed({{"Mcp-Param-A", " b c\t"}, {"mcp-param-x", ""}}));
    CHECK(found == decltype(found){{"Mcp-Param-A", "b c"}, {"mcp-param-x", ""}});
}

TEST_CASE("control_characters_in_values_are_refused") {
    for (int byte = 0; byte < 256; ++byte) {
        const auto value = "a"s + static_cast<char>(byte) + "b";
        const bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
        CAPTURE(byte);
        CHECK(check_framing(make_framed({{"X-Text", value}})).has_error() == is_control);
    }
    // A folded line, as a lenient parser would hand it over.
    CHECK(is_refused_for(make_framed({{"X-Text", "a\r\n b"}}), "X-Text"));
    CHECK(is_refused_for(make_framed({{"X-Text", "a\n\tContent-Length: 3"}}), "X-Text"));
}

TEST_CASE("names_that_are_no_token_are_refused") {
    for (const std::string_view name : {"Content-Length ", " Content-Length", "", "a:b", "a\tb",
                                        "Transfer-Encoding\r", "a(b)", "caf\xC3\xA9", "a\"b"}) {
        CAPTURE(name);
        CHECK(is_refused_for(make_framed({{name, "5"}}), "header name"));
    }
    CHECK(check_framing(make_framed({{"x!#$%&'*+-.^_`|~9", "5"}})).has_value());
}

TEST_CASE("an_offer_to_switch_protocols_is_ignored") {
    CHECK(
        check_framing(make_framed({{"Connection", "Upgrade, HTTP2-Settings"},
                                   {"Upgrade", "h2c"},
                                   {"HTTP2-Settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"}}))
            .has_value());
    CHECK(check_framing(make_framed({{"Upgrade", "websocket"}, {"Upgrade", "h2c"}})).has_value());
}

TEST_CASE("other_versions_and_expectations_are_refused") {
    CHECK(is_refused_for(make_framed({{"Expect", "200-ok"}}), "Expect"));
    CHECK(is_refused_for(make_framed({{"Expect", "100-continue"}, {"Expect", "x"}}), "Expect"));
    CHECK(is_refused_for(make_framed({}, 20), "HTTP version"));
    CHECK(is_refused_for(make_framed({}, 9), "HTTP version"));
}

TEST_CASE("loopback_hosts_are_allowed_with_any_port") {
    for (const std::string_view host :
         {"localhost", "LOCALHOST", "localhost:1", "localhost:65535", "localhost.", "localhost.:80",
          "app.localhost", "a.b.LocalHost:3000", "127.0.0.1", "127.0.0.1:8080", "127.255.0.9",
          "127.0.0.1.", "[::1]", "[::1]:8080", " localhost "}) {
        CAPTURE(host);
        CHECK(is_host_allowed(host));
    }
}

TEST_CASE("foreign_and_malformed_hosts_are_refused") {
    for (const std::string_view host : {"evil.example",
                                        "evil.example:8080",
                                        "127.0.0.1.evil.example",
                                        "localhost.evil.example",
                                        "evil-localhost",
                                        "evillocalhost",
                                        ".localhost",
                                        "..localhost",
                                        "a..localhost",
                                        "",
                                        "127.0.0.1@evil.example",
                                        "user@localhost",
                                        "localhost@evil.example",
                                        "localhost/x",
                                        "localhost:",
                                        "localhost:80a",
                                        "localhost:-1",
                                        "localhost:65536",
                                        "localhost:000080",
                                        "localhost:80:80",
                                        "localhost ,evil.example",
                                        "local host",
                                        "localhost..",
                                        "127.0.0.256",
                                        "127.0.0",
                                        "127.1",
                                        "127.0.0.1.1",
                                        "0127.0.0.1",
                                        "127.0.0.01",
                                        "127.0.0.1x",
                                        "127..0.1",
                                        "128.0.0.1",
                                        "0.0.0.0",
                                        "10.0.0.1",
                                        "192.168.1.1",
                                        "2130706433",
                                        "0x7f000001",
                                        "[::1",
                                        "::1",
                                        "[::1]x",
                                        "[::1]:",
                                        "[::1]:x",
                                        "[]",
                                        "[localhost]",
                                        "[::2]",
                                        "[::1%lo]",
                                        "[::1]]",
                                        "[fe80::1]",
                                        "localhost%2eevil.example",
                                        "localhost\\evil.example",
                                        "localhost#",
                                        "localhost?",
                                        "http://localhost",
                                        "\xEF\xBD\x8Cocalhost"}) {
        CAPTURE(host);
        CHECK(access_code(host) == errc::host_refused);
    }
    CHECK(is_code(check_access(make_post({}, 10), {}), errc::host_refused));
}

TEST_CASE("listed_hosts_are_allowed_by_name_alone") {
    const access_policy policy{.origins_allowed = {},
                               .hosts_allowed = {"Gateway.Example", "10.0.0.1", "[fe80::1]", "::2",
                                                 "my_service", "dotted.example."}};
    for (const std::string_view host :
         {"gateway.example", "GATEWAY.EXAMPLE:443", "gateway.example.", "10.0.0.1:80", "[fe80::1]",
          "[FE80::1]:80", "[::2]", "my_service:8080", "dotted.example", "localhost"}) {
        CAPTURE(host);
        CHECK(is_host_allowed(host, policy));
    }
    for (const std::string_view host : {"x.gateway.example", "gateway.example.evil", "10.0.0.11",
                                        "gateway", "[::3]", "gateway.example@evil.example"}) {
        CAPTURE(host);
        CHECK(access_code(host, policy) == errc::host_refused);
    }
}

TEST_CASE("a_star_allows_every_well_formed_host") {
    const access_policy policy{.origins_allowed = {}, .hosts_allowed = {"*"}};
    CHECK(is_host_allowed("evil.example", policy));
    CHECK(is_host_allowed("[2001:db8::1]:8080", policy));
    CHECK(check_access(make_post({}, 10), policy).has_value());
    CHECK(access_code("a@b", policy) == errc::host_refused);
    CHECK(access_code("", policy) == errc::host_refused);
    // It says nothing about origins.
    const auto checked = check_access(
        make_post({{"Host", "evil.example"}, {"Origin", "http://evil.example"}}), policy);
    CHECK(is_code(checked, errc::origin_refused));
}

TEST_CASE("loopback_origins_are_allowed") {
    for (const std::string_view origin :
         {"http://localhost", "https://localhost", "HTTP://LocalHost:3000", "http://127.0.0.1:5173",
          "http://[::1]:8080", "https://app.localhost"}) {
        CAPTURE(origin);
        CHECK(is_origin_allowed(origin));
    }
}

TEST_CASE("foreign_and_malformed_origins_are_refused") {
    for (const std::string_view origin :
         {"http://evil.example", "null", "", "http://localhost.evil.example",
          "http://localhost@evil.example", "http://evil.example#localhost", "http://",
          "http://localhost/", "http://localhost/path", "localhost", "//localhost",
          "ftp://localhost", "file://", "http:localhost", "http:///localhost",
          "http://localhost http://evil.example", "http://localhost, http://evil.example", "*",
          "vscode-webview://localhost"}) {
        CAPTURE(origin);
        CHECK_FALSE(is_origin_allowed(origin));
    }
}

TEST_CASE("listed_origins_are_allowed_exactly") {
    const access_policy policy{.origins_allowed = {"https://App.Example", "https://slash.example/",
                                                   "null", "vscode-webview://abc", ""},
                               .hosts_allowed = {}};
    for (const std::string_view origin :
         {"https://app.example", "HTTPS://APP.EXAMPLE", "https://slash.example", "null",
          "vscode-webview://abc"}) {
        CAPTURE(origin);
        CHECK(is_origin_allowed(origin, policy));
    }
    for (const std::string_view origin :
         {"http://app.example", "https://app.example:444", "https://app.example.evil",
          "https://x.app.example", "https://app.example/", ""}) {
        CAPTURE(origin);
        CHECK_FALSE(is_origin_allowed(origin, policy));
    }
    const access_policy any{.origins_allowed = {"*"}, .hosts_allowed = {}};
    CHECK(is_origin_allowed("http://evil.example", any));
    CHECK(is_origin_allowed("null", any));
    // A star for origins opens no host.
    CHECK(access_code("evil.example", any) == errc::host_refused);
}

TEST_CASE("a_refused_name_comes_with_the_key_that_would_allow_it") {
    const auto detail = [](std::vector<header_field> fields, std::string_view target = "/mcp") {
        auto head = make_post(std::move(fields));
        head.target = target;
        const auto checked = check_access(head, {});
        REQUIRE(checked.has_error());
        return checked.error().detail;
    };
    const auto host = detail({{"Host", "gateway.example:8080"}});
    CHECK(host.find("add \"gateway.example\" to http.hosts_allowed") != std::string::npos);
    const auto origin = detail({{"Host", "localhost"}, {"Origin", "https://app.example"}});
    CHECK(origin.find("add \"https://app.example\" to http.origins_allowed") != std::string::npos);
    const std::string flood(10'000, 'x');
    CHECK(detail({{"Host", "localhost"}, {"Origin", flood}}).size() < 600);
    // The authority of an absolute target counts as well (RFC 9112, 3.2.2).
    const auto target = detail({{"Host", "localhost"}}, "http://evil.example/mcp");
    CHECK(target.find("evil.example") != std::string::npos);
}

} // namespace
} // namespace mcpgw
