// SPDX-License-Identifier: Apache-2.0
// Resources whose changes somebody waits for; the code under test is
// children/upstream/era_watches.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("a_watched_or_kept_server_is_never_idle") {
    auto options = fake_options();
    options.pool.idle_timeout = 1ms;
    child_world watched{options};
    abort_signal never;
    watched.loop.await(watched.get().watches().watch("test://one", never)); // starts it
    options.start = start_policy::keep_alive;
    child_world kept{options};
    kept.must_start();
    options.start = start_policy::lazy;
    child_world other{options}; // long enough for an idle one
    other.must_start();
    other.run_until_state(upstream_state::stopped);
    watched.loop.poll();
    kept.loop.poll();
    CHECK(watched.status().state == upstream_state::running);
    CHECK(watched.status().restarts == 0);
    CHECK(kept.status().state == upstream_state::running);
    watched.loop.await(watched.get().watches().unwatch("test://one"));
    watched.run_until_state(upstream_state::stopped);
}
