// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_listen.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

TEST_CASE("listen_addresses_are_read") {
    struct row {
        std::string text, shown;
        bool is_loopback;
    };
    const std::vector<row> rows{{"127.0.0.1:8080", "127.0.0.1:8080", true},
                                {"localhost:1", "127.0.0.1:1", true},
                                {":0", "127.0.0.1:0", true},
                                {"9000", "127.0.0.1:9000", true},
                                {"127.9.9.9:65535", "127.9.9.9:65535", true},
                                {"[::1]:8080", "[::1]:8080", true},
                                {"[0:0:0:0:0:0:0:1]:8080", "[0:0:0:0:0:0:0:1]:8080", true},
                                {"[::]:80", "[::]:80", false},
                                {"0.0.0.0:80", "0.0.0.0:80", false},
                                {"192.168.1.2:80", "192.168.1.2:80", false}};
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto made = parse_listen(row.text);
        REQUIRE(made.has_value());
        CHECK(made->str() == row.shown);
        CHECK(made->is_loopback() == row.is_loopback);
    }
}

TEST_CASE("bad_listen_addresses_are_refused_without_being_quoted") {
    for (const auto* const text :
         {"", "hunter2", "hunter2:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:8x", "127.0.0.1:80:90", "::1:80", "[::1]", "[::1]80", "[::1", "[hunter2]:80",
          "*:80", "127.0.0.256:80", "127.0.0.1:+80"}) {
        CAPTURE(text);
        const auto made = parse_listen(text);
        REQUIRE(made.has_error());
        CHECK(made.error().code == errc::invalid_arguments);
        CHECK(made.error().detail.find("hunter2") == std::string::npos);
        CHECK_FALSE(made.error().detail.empty());
    }
}
