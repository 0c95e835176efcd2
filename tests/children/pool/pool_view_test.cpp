// SPDX-License-Identifier: Apache-2.0
// Members as the rules see them; the code under test is children/pool/pool_view.cpp.
#include "children/pool/pool_view.hpp"
#include "tests/support/unstarted_pool.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("the_view_of_a_pool_has_its_members_in_their_order") {
    unstarted_pool pool;
    pool_view view{pool.options, pool.members};
    CHECK(view.make().empty());
    auto& old = pool.members.add();
    old.calls = old.leases = 2;
    pool.members.add().key = "a session";
    pool.members.add_successor(old);
    const auto seen = view.make("tool");
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].replaces == std::size_t{1}); // it stands before the one that it shall replace
    CHECK(seen[1].is_lister);
    CHECK(seen[1].calls == 2);
    CHECK(seen[1].state == pool_member::phase::off);
    CHECK_FALSE(seen[1].lacks_tool);
    CHECK(seen[2].key == "a session");
    CHECK(view.other_lists().empty());
}

TEST_CASE("calls_that_could_ask_count_until_they_have_had_time_enough") {
    unstarted_pool pool;
    pool_view view{pool.options, pool.members};
    auto& one = pool.members.add();
    one.askers = one.unproven = 1;
    one.unproven_until = clock_type::now() + std::chrono::hours{1};
    CHECK(view.make()[0].unproven == 1);
    one.unproven_until = clock_type::now();
    CHECK(view.make()[0].unproven == 0);
    CHECK(view.make()[0].askers == 1);
}
