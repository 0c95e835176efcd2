// SPDX-License-Identifier: Apache-2.0
// The code under test is children/upstream/server_offer.cpp.
#include "tests/support/child_world.hpp"
#include "tests/support/process_ids.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <memory>
#include <set>
#include <utility>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("a_tool_that_only_the_second_process_has_is_offered_and_called_there") {
    auto options = fake_options();
    options.pool.min = options.pool.max = 2;
    child_world world{options};
    world.get().life().keep_running();
    world.loop.run_until([&] { return pids(world.status(), false).size() == 2; });
    const auto first_pid = world.pid();
    auto place = std::make_unique<upstream_lease>(world.take());
    auto other = std::make_unique<upstream_lease>(world.take());
    if (pid_of(world, *place) == first_pid) std::swap(place, other);
    const auto second_pid = pid_of(world, *place);
    REQUIRE(second_pid != first_pid);
    abort_signal never;
    auto change = tool_call("change_tools");
    text_of(world.loop.await(place->call(change, nullptr, never)));
    world.loop.run_until([&] { return keys(world.get().lists().tools).size() == 2; });
    CHECK(keys(world.get().lists().tools).back() == "extra_0");
    place.reset();
    other.reset();
    upstream_caller who;
    who.method = method::tools_call;
    who.tool = "extra_0";
    std::vector<upstream_lease> places;
    for (int i = 0; i < 4; ++i) {
        auto taken = world.loop.await(world.get().places().acquire(who, never));
        REQUIRE(taken.has_value());
        CHECK(pid_of(world, *taken) == second_pid);
        places.push_back(std::move(*taken));
    }
    places.clear();
    // It goes with its process.
    const auto before = world.events.lists_changed;
    ::kill(static_cast<pid_t>(second_pid), SIGKILL);
    world.loop.run_until([&] { return keys(world.get().lists().tools).size() == 1; });
    CHECK(world.events.lists_changed == before + 1);
}
