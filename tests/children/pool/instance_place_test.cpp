// SPDX-License-Identifier: Apache-2.0
// A hold on an instance; the code under test is children/pool/instance_place.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("an_instance_is_not_idle_while_a_call_or_what_follows_it_holds_it") {
    auto options = fake_options();
    options.pool.idle_timeout = 1ms;
    child_world world{options};
    auto place = std::make_unique<upstream_lease>(world.take());
    auto task = std::make_unique<upstream_lease>(place->follow());
    const auto pid = world.pid();
    place.reset();
    child_world other{options}; // long enough for an idle one
    other.must_start();
    other.run_until_state(upstream_state::stopped);
    world.loop.poll();
    CHECK(world.status().state == upstream_state::running);
    CHECK(world.pid() == pid);
    task.reset();
    world.run_until_state(upstream_state::stopped);
}
