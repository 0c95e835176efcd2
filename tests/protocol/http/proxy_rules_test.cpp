// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/proxy_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

namespace {

http_url url(std::string_view text) {
    return *parse_http_url(text);
}

/// The origin of the proxy; "direct" or "error" where there is none.
std::string chosen(std::string_view target, std::string_view wish,
                   const std::vector<std::string>& environment) {
    const auto proxy = choose_proxy(url(target), wish, environment);
    if (proxy.has_error()) return "error";
    return *proxy ? (*proxy)->url.origin() : "direct";
}

} // namespace

TEST_CASE("addresses_of_proxies_are_read_as_people_write_them") {
    CHECK(parse_proxy("http://p.example:3128")->url.origin() == "http://p.example:3128");
    CHECK(parse_proxy("p.example:3128")->url.origin() == "http://p.example:3128");
    CHECK(parse_proxy("HTTP://p.example:3128/")->url.origin() == "http://p.example:3128");
    CHECK(parse_proxy("http://[::1]:3128")->url.host == "::1");
    CHECK(parse_proxy("http://p.example")->authorization.empty());
    CHECK(parse_proxy("http://Aladdin:open%20sesame@p.example")->authorization ==
          "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(parse_proxy("http://me@p.example")->authorization == "Basic bWU6");
    for (const auto* const text : {"socks5://p.example", "https://p.example", "", "http://", "a b"})
        CHECK(parse_proxy(text).has_error());
}

TEST_CASE("no_proxy_is_understood_in_all_its_dialects") {
    struct row {
        std::string_view list;
        std::string_view target;
        bool is_direct;
    };
    const std::vector<row> rows{
        {"", "http://a.example", false},
        {"*", "http://a.example", true},
        {"a.example", "http://a.example", true},
        {"a.example", "http://b.a.example", true},
        {"a.example", "http://ba.example", false},
        {".example", "http://a.example", true},
        {"*.example", "http://a.example", true},
        {"A.Example", "http://a.example", true},
        {"x, a.example ,y", "http://a.example", true},
        {"x a.example", "http://a.example", true},
        {"a.example:8080", "http://a.example:8080", true},
        {"a.example:8080", "http://a.example", false},
        {"10.0.0.1", "http://10.0.0.1", true},
        {"10.0.0.0/8", "http://10.200.0.1", true},
        {"10.0.0.0/8", "http://11.0.0.1", false},
        {"0.0.0.0/0", "http://11.0.0.1", true},
        {"10.0.0.0/33", "http://10.0.0.1", false},
        {"10.0.0.0/8", "http://a.example", false},
        {"[fd00::1]", "http://[fd00::1]", true},
        {"[fd00::1]:80", "http://[fd00::1]", true},
        {"fd00::1", "http://[fd00::1]", true},
        {",,", "http://a.example", false},
    };
    for (const auto& [list, target, expected] : rows) {
        INFO(list << " " << target);
        CHECK(is_direct(list, url(target)) == expected);
    }
}

TEST_CASE("proxy_of_a_server_comes_from_its_key_or_from_the_environment") {
    const std::vector<std::string> both{"HTTPS_PROXY=http://s:1", "http_proxy=h:2",
                                        "NO_PROXY=inside.example"};
    CHECK(chosen("https://a.example", "auto", both) == "http://s:1");
    CHECK(chosen("http://a.example", "auto", both) == "http://h:2");
    CHECK(chosen("http://a.example", "", both) == "http://h:2");
    CHECK(chosen("https://inside.example", "auto", both) == "direct");
    CHECK(chosen("http://127.0.0.1:8080", "auto", both) == "direct");
    CHECK(chosen("https://a.example", "none", both) == "direct");
    CHECK(chosen("https://inside.example", "http://mine:3", both) == "http://mine:3");
    CHECK(chosen("https://a.example", "auto", {}) == "direct");
    CHECK(chosen("https://a.example", "auto", {"HTTPS_PROXY="}) == "direct");
    CHECK(chosen("https://a.example", "auto", {"ALL_PROXY=all:4"}) == "http://all:4");
    CHECK(chosen("https://a.example", "auto",
                 {"HTTPS_PROXY=http://u:1", "https_proxy=http://l:1"}) == "http://l:1");
    CHECK(chosen("https://a.example", "auto", {"HTTPS_PROXY=socks5://p"}) == "error");
}

} // namespace mcpgw
