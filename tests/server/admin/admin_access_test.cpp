// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_access.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

constexpr std::string_view token = "0123456789abcdef";

admin_options over_tcp() {
    admin_options options;
    options.address = "127.0.0.1";
    options.token = token;
    return options;
}

request_head get(std::vector<header_field> more, std::string_view host = "127.0.0.1:8081") {
    request_head head;
    head.method = "GET";
    head.target = "/v1/status";
    head.fields = {{"Host", host}};
    head.fields.insert(head.fields.end(), more.begin(), more.end());
    return head;
}

admin_errc refusal(const request_head& head, const admin_options& options = over_tcp()) {
    const auto checked = check_admin_access(head, options);
    REQUIRE(checked.has_error());
    return checked.error().code;
}

} // namespace

TEST_CASE("over_tcp_nobody_gets_in_without_the_token") {
    CHECK(refusal(get({})) == admin_errc::unauthorized);
    CHECK(refusal(get({{"Authorization", "Bearer 0123456789abcdeg"}})) == admin_errc::unauthorized);
    CHECK(refusal(get({{"Authorization", "Bearer 0123456789abcde"}})) == admin_errc::unauthorized);
    CHECK(refusal(get({{"Authorization", "Basic 0123456789abcdef"}})) == admin_errc::unauthorized);
    CHECK(refusal(get({{"Authorization", "Bearer"}})) == admin_errc::unauthorized);
    CHECK(refusal(get({{"Authorization", "Bearer x"},
                       {"Authorization", "Bearer 0123456789abcdef"}})) == admin_errc::unauthorized);
    CHECK_FALSE(check_admin_access(get({{"Authorization", "Bearer 0123456789abcdef"}}), over_tcp())
                    .has_error());
    CHECK_FALSE(
        check_admin_access(get({{"authorization", "bearer  0123456789abcdef "}}), over_tcp())
            .has_error());
}

TEST_CASE("without_a_token_in_the_configuration_nobody_gets_in_over_tcp") {
    auto options = over_tcp();
    options.token.clear();
    CHECK(refusal(get({{"Authorization", "Bearer "}}), options) == admin_errc::unauthorized);
    CHECK(refusal(get({}), options) == admin_errc::unauthorized);
}

TEST_CASE("a_page_that_tricks_a_browser_does_not_get_in_even_with_the_token") {
    const header_field good{"Authorization", "Bearer 0123456789abcdef"};
    CHECK(refusal(get({good}, "evil.example")) == admin_errc::host_refused);
    CHECK(refusal(get({good, {"Origin", "https://evil.example"}})) == admin_errc::origin_refused);
    auto options = over_tcp();
    options.access.hosts_allowed = {"gateway.example"};
    CHECK_FALSE(check_admin_access(get({good}, "gateway.example:8081"), options).has_error());
}

TEST_CASE("what_two_readers_could_frame_differently_is_refused_everywhere") {
    const auto twice = get({{"Content-Length", "1"}, {"Content-Length", "2"}});
    CHECK(refusal(twice) == admin_errc::bad_request);
    CHECK(check_local_access(twice).has_error());
    CHECK_FALSE(check_local_access(get({}, "whatever.example")).has_error());
}

TEST_CASE("tokens_of_any_length_are_compared") {
    CHECK(is_token_equal(token, token));
    CHECK_FALSE(is_token_equal("", token));
    CHECK_FALSE(is_token_equal("", ""));
    CHECK_FALSE(is_token_equal(std::string(1000, 'x'), token));
}
