// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/tls_context.hpp"

#include "tests/support/test_ca.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

TEST_CASE("context_trusts_the_named_ca_file_or_the_system") {
    io_test::test_ca ca;
    tls_options options;
    CHECK(make_client_tls_context(options).has_value());
    options.ca_file = ca.path();
    CHECK(make_client_tls_context(options).has_value());
}

TEST_CASE("context_verifies_the_peer_whatever_the_options") {
    const auto context = make_client_tls_context({});
    REQUIRE(context.has_value());
    CHECK(SSL_CTX_get_verify_mode((*context)->native_handle()) == SSL_VERIFY_PEER);
}

TEST_CASE("ca_file_that_cannot_be_read_is_named") {
    tls_options options;
    options.ca_file = "/nowhere/ca.pem";
    const auto context = make_client_tls_context(options);
    REQUIRE(context.has_error());
    CHECK(context.error().detail.find("/nowhere/ca.pem") != std::string::npos);
}

} // namespace mcpgw
