// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/person.hpp"

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

using namespace mcpgw;

TEST_CASE("the_person_is_the_user_that_runs_us_where_none_is_named") {
    const auto who = find_person("");
    CHECK_FALSE(who.name.empty());
    const auto same = find_person(who.name);
    CHECK(same.name == who.name);
    CHECK(same.groups == who.groups);
    if (::geteuid() == 0) CHECK(who.groups == std::vector<std::string>{"root"});
}

TEST_CASE("a_person_whom_the_system_does_not_know_has_no_groups") {
    const auto who = find_person("nobody-of-that-name");
    CHECK(who.name == "nobody-of-that-name");
    CHECK(who.groups.empty());
}
