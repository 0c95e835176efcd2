// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/cache_hints.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

TEST_CASE("hints_that_a_result_does_not_give_in_a_valid_way_are_the_careful_ones") {
    CHECK(cache_hints::of(R"({"ttlMs":300000,"cacheScope":"public"})") ==
          cache_hints{300'000, true});
    CHECK(cache_hints::of(R"({"tools":[]})") == cache_hints{});
    for (const char* const bad : {R"({"ttlMs":-5,"cacheScope":"private"})", R"({"ttlMs":1.5})",
                                  R"({"ttlMs":"7","cacheScope":"PUBLIC"})",
                                  R"({"ttlMs":99999999999999999999999,"cacheScope":true})"})
        CHECK(cache_hints::of(bad) == cache_hints{});
}

TEST_CASE("of_two_hints_the_shorter_time_and_the_narrower_scope_count") {
    cache_hints both{60'000, true};
    both.merge({90'000, true});
    CHECK(both == cache_hints{60'000, true});
    both.merge({5, false});
    CHECK(both == cache_hints{5, false});
    both.merge({90'000, true});
    CHECK(both == cache_hints{5, false});
}

} // namespace mcpgw
