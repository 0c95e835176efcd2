// SPDX-License-Identifier: Apache-2.0
#include "server/calls/sharing_key.hpp"

#include "children/policy/pool_rules.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

client_request modern(std::string_view meta_members, std::string principal = {}) {
    client_request request;
    request.client_era = era::modern;
    request.text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{)" +
                   std::string{meta_members} + "}}}";
    request.message = *scan_envelope(request.text);
    request.principal = std::move(principal);
    return request;
}

std::string key(sharing share, const client_request& request) {
    const auto made = sharing_key(share, request);
    INFO((made.has_error() ? made.error().message() : ""));
    REQUIRE(made.has_value());
    return *made;
}

} // namespace

TEST_CASE("instances_that_everybody_shares_belong_to_nobody") {
    CHECK(key(sharing::shared, modern({}, "ann")).empty());
    CHECK(key(sharing::call, modern({}, "ann")).empty());
}

TEST_CASE("users_have_a_key_each_whatever_their_sessions_are") {
    CHECK(key(sharing::principal, modern({}, "ann")) == key(sharing::principal, modern({}, "ann")));
    CHECK(key(sharing::principal, modern({}, "ann")) != key(sharing::principal, modern({}, "bob")));
    CHECK_FALSE(key(sharing::principal, modern({})).empty()); // who is not known is somebody too
}

TEST_CASE("a_client_without_sessions_may_name_one_that_is_its_own") {
    const auto one = R"("mcp-gateway/session":"one")";
    const auto two = R"("mcp-gateway/session":"two")";
    CHECK(key(sharing::session, modern(one, "ann")) == key(sharing::session, modern(one, "ann")));
    CHECK(key(sharing::session, modern(one, "ann")) != key(sharing::session, modern(two, "ann")));
    CHECK(key(sharing::session, modern(one, "ann")) != key(sharing::session, modern(one, "bob")));
}

TEST_CASE("clients_without_sessions_that_name_none_never_share_an_instance") {
    CHECK(key(sharing::session, modern({}, "ann")) == once_key);
    CHECK(key(sharing::session, modern({})) == once_key);
    CHECK(key(sharing::session, modern(R"("mcp-gateway/session":null)")) == once_key);
}

TEST_CASE("the_name_of_a_session_must_be_a_short_text") {
    const auto too_long = R"("mcp-gateway/session":")" + std::string(129, 'x') + "\"";
    for (const std::string_view meta :
         {std::string_view{R"("mcp-gateway/session":7)"},
          std::string_view{R"("mcp-gateway/session":"")"}, std::string_view{too_long}}) {
        CAPTURE(meta);
        CHECK(sharing_key(sharing::session, modern(meta)).has_error());
        CHECK_FALSE(sharing_key(sharing::shared, modern(meta)).has_error());
    }
}

TEST_CASE("a_session_is_the_key_of_all_its_requests") {
    asio::io_context io;
    client_request request = modern(R"("mcp-gateway/session":"other")");
    request.session = std::make_shared<client_session>(io.get_executor(), "s1", 8);
    CHECK(key(sharing::session, request) == sharing_key(*request.session));
}
