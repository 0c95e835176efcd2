// SPDX-License-Identifier: Apache-2.0
// Servers that are started ahead of their use; the code under test is
// children/registry/start_queue.cpp.
#include "tests/support/registry_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("children_are_kept_running_as_their_start_policy_says") {
    for (const bool is_listing : {false, true}) {
        registry_world world;
        auto lazy = fake_options({}, "lazy");
        lazy.start = start_policy::lazy;
        auto eager = fake_options({}, "eager");
        eager.start = start_policy::pre_warm;
        for (const auto& options : {lazy, eager, fake_options({}, "automatic")})
            world.all.add(options);
        world.all.start_kept(is_listing, 8);
        world.loop.poll();
        const auto other = is_listing ? upstream_state::starting : upstream_state::not_started;
        CHECK(world.state_of("lazy") == upstream_state::not_started);
        CHECK(world.state_of("eager") == upstream_state::starting);
        CHECK(world.state_of("automatic") == other);
    }
}
