// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/random.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

TEST_CASE("no_two_random_texts_are_the_same") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(mcpgw::random_hex(16));
    CHECK(seen.size() == 1000);
    CHECK(seen.begin()->size() == 32);
    CHECK(seen.begin()->find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(mcpgw::random_hex(0).empty());
    CHECK(mcpgw::random_bytes(24).size() == 24);
}
