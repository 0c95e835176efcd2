// SPDX-License-Identifier: Apache-2.0
// The instances of both eras of one server; the code under test is children/upstream/era_pools.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

task<bool> has_place(upstream& at, upstream_caller who) {
    abort_signal never;
    const auto place = co_await at.places().acquire(who, never);
    co_return !place.has_error();
}

} // namespace

TEST_CASE("a_server_of_both_eras_has_a_pool_for_each_and_is_stopped_as_one") {
    child_world world{fake_options({"--era=dual"})};
    world.must_start();
    auto& pools = world.get().pools();
    CHECK(pools.speaks_both_eras());
    CHECK(pools.primary().members().spoken_era() == era::modern);
    CHECK_FALSE(pools.of(era::legacy).has_running());
    upstream_caller who;
    who.speaks = era::legacy;
    REQUIRE(world.loop.await(has_place(world.get(), who)));
    CHECK(pools.of(era::legacy).has_running());
    CHECK(pools.primary().members().spoken_era() == era::modern);
    CHECK(&pools.other_than(pools.primary()) == &pools.of(era::legacy));
    world.stop();
    CHECK_FALSE(pools.has_running());
}

TEST_CASE("a_server_that_turns_out_to_be_of_the_legacy_era_offers_its_lists_from_there") {
    child_world world{fake_options({"--era=legacy"})};
    CHECK(world.get().pools().primary().members().spoken_era() == era::modern); // nobody knows yet
    world.must_start();
    CHECK(world.get().pools().primary().members().spoken_era() == era::legacy);
    CHECK_FALSE(world.get().pools().speaks_both_eras());
}

TEST_CASE("questions_make_a_server_interactive_only_where_they_name_no_call") {
    child_options options;
    CHECK_FALSE(is_interactive(options, false));
    CHECK(is_interactive(options, true));
    options.interactive = interactivity::no;
    CHECK_FALSE(is_interactive(options, true));
    options.interactive = interactivity::yes;
    CHECK(is_interactive(options, false));
    options.remote.url = "http://127.0.0.1/mcp"; // there they come on the stream of their call
    CHECK_FALSE(is_interactive(options, true));
}
