// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/isolation.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace mcpgw;

TEST_CASE("umask_is_one_to_four_octal_digits") {
    CHECK(parse_umask("0") == mode_t{0});
    CHECK(parse_umask("77") == mode_t{077});
    CHECK(parse_umask("0027") == mode_t{027});
    CHECK(parse_umask("0777") == mode_t{0777});
    for (const auto* bad : {"", "8", "1000", "00027", "-1", "+7", "0x7", "7 ", "u=rwx"}) {
        INFO(bad);
        CHECK_FALSE(parse_umask(bad));
    }
}

TEST_CASE("isolation_is_empty_until_anything_is_asked_for") {
    CHECK(isolation_options{}.is_empty());
    isolation_options some;
    some.umask = mode_t{0}; // not the same as none
    CHECK_FALSE(some.is_empty());
    some = {};
    some.landlock.emplace();
    CHECK_FALSE(some.is_empty());
    some = {};
    some.limits.core_bytes = 0;
    CHECK_FALSE(some.is_empty());
    some = {};
    some.has_network = false;
    CHECK_FALSE(some.is_empty());
}

TEST_CASE("each_limit_has_a_key_a_resource_and_a_member_of_its_own") {
    std::set<std::string_view> keys;
    std::set<int> resources;
    resource_limits limits;
    std::size_t number = 0;
    for (const auto& kind : limit_kinds()) {
        keys.insert(kind.key);
        resources.insert(kind.resource);
        CHECK_FALSE((limits.*kind.value).has_value());
        limits.*kind.value = ++number;
    }
    CHECK(keys.size() == number);
    CHECK(resources.size() == number);
    CHECK(number * sizeof(std::optional<std::size_t>) == sizeof(resource_limits)); // none forgotten
}
