// SPDX-License-Identifier: Apache-2.0
// The instances of a pool come and go; the code under test is children/pool/pool_members.cpp.
#include "tests/support/unstarted_pool.hpp"

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("the_first_member_is_the_lister_and_keeps_that_until_it_leaves") {
    unstarted_pool pool;
    auto& members = pool.members;
    CHECK(members.first() == nullptr);
    auto& first = members.add();
    auto& second = members.add(0);
    CHECK(members.lister() == &first);
    CHECK(members.first_entry() == &first);
    CHECK_FALSE(members.is_lister(*second.who));
    CHECK(members.all().front().get() == &second);
    CHECK(first.number != second.number);
    members.leave(first);
    CHECK(members.is_leaving(*first.who));
    CHECK(members.lister() == nullptr);
    CHECK(members.add().is_lister);
}

TEST_CASE("a_successor_takes_over_what_its_predecessor_was") {
    unstarted_pool pool;
    auto& members = pool.members;
    auto& old = members.add();
    old.key = "a session";
    auto& fresh = members.add_successor(old);
    CHECK(fresh.is_lister);
    CHECK(fresh.key == "a session");
    CHECK(fresh.replaces == &old);
    CHECK(members.first_entry() == &old); // it says more than one that is still starting
    members.leave(old);
    CHECK(fresh.replaces == nullptr);
    CHECK(members.lister() == &fresh);
}

TEST_CASE("a_member_that_has_ended_is_kept_as_long_as_somebody_holds_it") {
    unstarted_pool pool;
    auto& members = pool.members;
    auto& one = members.add();
    one.key = "mine";
    one.holds = 1;
    members.retire(one);
    CHECK(members.all().empty());
    CHECK(one.is_leaving);
    CHECK(members.find(*one.who) == nullptr);
    CHECK(members.key_of(*one.who) == "mine");
    one.has_closed = true;
    members.forget_ended();
    REQUIRE(members.ending().size() == 1);
    one.holds = 0;
    members.forget_ended();
    CHECK(members.ending().empty());
}

TEST_CASE("a_member_that_goes_to_another_pool_is_told_apart_from_those_that_are_there") {
    unstarted_pool from;
    unstarted_pool to;
    auto& moved = from.members.add();
    const auto& successor = from.members.add_successor(moved);
    const auto& there = to.members.add();
    to.members.adopt(from.members.release(moved));
    CHECK(successor.replaces == nullptr);
    CHECK(to.members.all().front().get() == &moved);
    CHECK(moved.number != there.number);
    // An instance goes on to belong to the loop that it was made for.
    from.members.adopt(to.members.release(moved));
}

TEST_CASE("how_many_there_may_be_follows_from_who_shares_them") {
    unstarted_pool pool;
    CHECK(pool.members.count_max() == 1);
    pool.options.pool.min = 3;
    CHECK(pool.members.count_max() == 3);
    pool.members.set_interactive(true);
    CHECK(pool.members.count_max() == pool_options::many);
    pool.options.pool.max = 5;
    CHECK(pool.members.count_max() == 5);
}
