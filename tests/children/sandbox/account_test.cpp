// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/account.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

#include <unistd.h>

using namespace mcpgw;

namespace {

constexpr const char* free_number = "3999999998"; // no system gives such a number to anybody

std::string problem(const std::string& user, const std::string& group) {
    const auto found = find_account(user, group);
    REQUIRE(found.has_error());
    CHECK(found.error().code == errc::server_failed);
    return std::string{found.error().message()};
}

} // namespace

TEST_CASE("a_user_is_found_by_name_and_by_number_with_groups_and_home") {
    const auto by_name = find_account("root", "");
    REQUIRE(by_name.has_value());
    CHECK(by_name->uid == 0);
    CHECK(by_name->gid == 0);
    CHECK(by_name->name == "root");
    CHECK(by_name->home == "/root");
    CHECK(std::ranges::find(by_name->groups, gid_t{0}) != by_name->groups.end());
    const auto by_number = find_account("0", "");
    REQUIRE(by_number.has_value());
    CHECK(by_number->name == "root");
}

TEST_CASE("a_group_takes_the_place_of_the_users_first_one") {
    const auto found = find_account("root", free_number);
    REQUIRE(found.has_value());
    CHECK(found->gid == 3'999'999'998);
    CHECK(std::ranges::find(found->groups, found->gid) != found->groups.end());
    const auto alone = find_account("", free_number);
    REQUIRE(alone.has_value());
    CHECK(alone->uid == ::geteuid());
    CHECK(alone->groups == std::vector<gid_t>{3'999'999'998});
    CHECK(alone->home.empty()); // nothing is said of who we are
}

TEST_CASE("a_number_without_an_entry_needs_a_group") {
    CHECK(problem(free_number, "").find("set `group` as well") != std::string::npos);
    const auto found = find_account(free_number, "0");
    REQUIRE(found.has_value());
    CHECK(found->uid == 3'999'999'998);
    CHECK(found->gid == 0);
    CHECK(found->groups == std::vector<gid_t>{0});
}

TEST_CASE("names_that_nobody_has_are_told") {
    CHECK(problem("no such user", "") == "`user`: there is no user 'no such user' on this machine");
    CHECK(problem("", "no such group") ==
          "`group`: there is no group 'no such group' on this machine");
    // -1 means "leave it as it is" to the system: it would be no change at all.
    CHECK(problem("4294967295", "0").starts_with("`user`: there is no user"));
    CHECK(problem("-1", "0").starts_with("`user`: there is no user"));
}
