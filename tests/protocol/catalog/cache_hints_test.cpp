// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/cache_hints.hpp"

#include "protocol/bridge/era_bridge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

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

TEST_CASE("odd_hints_of_a_modern_server_say_nothing_to_a_modern_client") {
    result_context cacheable;
    cacheable.upstream_era = cacheable.client_era = era::modern;
    cacheable.is_cacheable = true;
    const auto hinted = [](std::string_view ttl, std::string_view scope) {
        return R"({"resultType":"complete","contents":[],"ttlMs":)" + std::string{ttl} +
               R"(,"cacheScope":)" + std::string{scope} + "}";
    };
    const auto good = hinted("0", R"("public")");
    for (const std::string_view ttl : {"0", "-3", "0.5", R"("5")", "1e999", "[]"})
        CHECK(result_for_client(hinted(ttl, R"("public")"), cacheable) == good);
    for (const std::string_view scope : {R"("")", "7", R"("PUBLIC")"})
        CHECK(result_for_client(hinted("5", scope), cacheable) == hinted("5", R"("private")"));
    CHECK(result_for_client(R"({"resultType":"complete","contents":[]})", cacheable) ==
          hinted("0", R"("private")"));
    // What nobody keeps has names like any other.
    cacheable.is_cacheable = false;
    CHECK(result_for_client(hinted("-3", "7"), cacheable) == hinted("-3", "7"));
}

} // namespace mcpgw
