// SPDX-License-Identifier: Apache-2.0
// The code under test is children/upstream/resource_watches.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

TEST_CASE("who_watches_what_another_one_is_asking_for_hears_the_same_answer") {
    auto options = fake_options({"--silent-at=resources/subscribe"});
    options.list_timeout = 100ms;
    child_world world{options};
    world.must_start();
    abort_signal never;
    abort_signal impatient;
    std::optional<result<void>> first;
    std::optional<result<void>> second;
    std::optional<result<void>> third;
    auto& loop = world.loop;
    loop.spawn(process_loop::store(world.get().watches().watch("fake://one", impatient), first));
    loop.spawn(process_loop::store(world.get().watches().watch("fake://one", never), second));
    loop.spawn(process_loop::store(world.get().watches().watch("fake://one", impatient), third));
    loop.poll();
    CHECK_FALSE(second.has_value());
    impatient.abort(errc::call_cancelled);
    loop.run_until([&] { return first && second && third; });
    CHECK(second->has_error());
    CHECK(third->has_error());
    CHECK(third->error().code == errc::call_cancelled);
    child_world willing{fake_options()};
    CHECK(willing.loop.await(willing.get().watches().watch("fake://one", never)).has_value());
    CHECK(willing.loop.await(willing.get().watches().watch("fake://one", never)).has_value());
}
