// SPDX-License-Identifier: Apache-2.0
// What a server as a whole concludes from its instances.
#include "tests/support/child_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("one_more_instance_that_cannot_be_started_does_not_open_the_breaker_of_those_that_run") {
    const temporary_directory scratch;
    auto options = fake_options();
    // Starts once; whoever comes second finds the port taken, say.
    options.args = {"-c", R"(mkdir "$0" 2>/dev/null && exec "$1"; echo taken >&2; exit 3)",
                    scratch.str() + "/port", options.command};
    options.command = "/bin/sh";
    options.only_era = era::legacy;
    options.pool.max = 2;
    options.breaker.threshold = 1;
    child_world world{options};
    std::vector<upstream_lease> places;
    places.push_back(world.take());
    places.push_back(world.take()); // starts the second one
    world.loop.run_until([&] { return !world.status().last_error.empty(); });
    CHECK(world.status().breaker == breaker_state::closed);
    CHECK(world.status().state == upstream_state::running);
    CHECK(text_of(world.call("echo")) == "{}");
}
