// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_hint.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

TEST_CASE("near_words_are_found_and_far_ones_not") {
    const std::vector<std::string_view> words{"gateway", "all", "both", "start_timeout"};
    CHECK(nearest_word("gatewya", words) == "gateway");
    CHECK(nearest_word("Both", words) == "both");
    CHECK(nearest_word("start-timeout", words) == "start_timeout");
    CHECK(nearest_word("al", words) == "all");
    CHECK(nearest_word("zzz", words).empty());
    CHECK(nearest_word("", words).empty());
}

TEST_CASE("hints_name_the_key_or_where_it_belongs") {
    CHECK(unknown_key_hint("children", "workdir") == "did you mean cwd?");
    CHECK(unknown_key_hint("http", "port") == "did you mean listen?");
    CHECK(unknown_key_hint("truncate", "port").find("known here: head") == 0);
    CHECK(unknown_key_hint("gateway", "calls_in_flight_max") == "it belongs in [limits]");
    CHECK(unknown_key_hint("children", std::string(100'000, 'x')) ==
          "docs/configuration.md lists all keys");
}
