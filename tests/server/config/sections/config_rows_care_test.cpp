// SPDX-License-Identifier: Apache-2.0
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

TEST_CASE("how_many_processes_a_child_has_and_how_they_are_kept_well_is_configured") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"(
[defaults]
start = "keep_alive"
idle_timeout = 60
restart = { base = 0.5, calls = "wait" }
[[children]]
name = "one"
command = "tool"
start = "lazy"
sharing = "session"
instances = { min = 2, max = 5, queue_max = 6, queue_timeout = 7 }
max_lifetime = 86400
drain_timeout = 0
restart = { max = 9, jitter = 0.5, stable_after = 1, restarts_max = 3, window = 4, slow_retry = 5 }
health = { interval = 0.25, timeout = 0.5, misses_max = 1 }
[[children]]
name = "two"
command = "tool"
sharing = "call"
health = { interval = 0 }
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& one = made.value.children.at(0);
    CHECK(one.start == start_policy::lazy);
    CHECK(one.pool.share == sharing::session);
    CHECK(one.pool.min == 2);
    CHECK(one.pool.max == 5);
    CHECK(one.pool.queue_max == 6);
    CHECK(one.pool.queue_timeout == 7s);
    CHECK(one.pool.idle_timeout == 60s);
    CHECK(one.pool.max_lifetime == 24h);
    CHECK(one.pool.drain_timeout == 0s);
    CHECK(one.restart.base == 500ms);
    CHECK(one.restart.max == 9s);
    CHECK(one.restart.jitter == 0.5);
    CHECK(one.restart.stable_after == 1s);
    CHECK(one.restart.restarts_max == 3);
    CHECK(one.restart.window == 4s);
    CHECK(one.restart.slow_retry == 5s);
    CHECK(one.restart.calls == rest_policy::wait);
    CHECK(one.health.interval == 250ms);
    CHECK(one.health.timeout == 500ms);
    CHECK(one.health.misses_max == 1);
    const auto& two = made.value.children.at(1);
    CHECK(two.start == start_policy::keep_alive);
    CHECK(two.pool.share == sharing::call);
    CHECK(two.health.interval == 0s);
}
