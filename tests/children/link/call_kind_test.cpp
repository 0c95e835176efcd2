// SPDX-License-Identifier: Apache-2.0
// What clients wait for and what the gateway asks for itself do not get in each other's way.
#include "children/link/call_kind.hpp"

#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

namespace {

/// Room for one call. Who does not get it is told at once.
child_options one_call(std::vector<std::string> flags = {}) {
    auto options = fake_options(std::move(flags));
    options.limits.calls_in_flight_max = 1;
    options.pool.queue_max = 0;
    return options;
}

answer_or_fault call_on(child_world& world, upstream_lease& place, std::string_view tool) {
    abort_signal never;
    auto request = tool_call(tool);
    return world.loop.await(place.call(request, nullptr, never));
}

bool was_asked(const json::value& received, std::string_view method_name) {
    return std::ranges::any_of(received.as_array(), [method_name](const json::value& message) {
        return std::string_view{message.at("method").as_string()} == method_name;
    });
}

} // namespace

TEST_CASE("a_modern_server_with_room_for_one_call_answers_it") {
    child_world world{one_call({"--era=modern", "--silent-at=subscriptions/listen"})};
    world.must_start();
    CHECK(world.status().calls_in_flight == 0);
    const auto received = json_of(world.call("received"));
    CHECK(was_asked(received, method::listen)); // and that request is still open
}

TEST_CASE("a_full_server_still_answers_the_gateways_own_probe") {
    for (const auto* const spoken : {"--era=legacy", "--era=modern"}) {
        auto options = one_call({spoken});
        options.health = {20ms, 40s, 1};
        child_world world{options};
        world.must_start();
        const auto pid = world.pid();
        auto& held = world.begin(tool_call("hold"));
        const auto before = world.status().each.at(0).health_checks;
        world.loop.run_until([&] { return world.status().each.at(0).health_checks >= before + 3; });
        CHECK_FALSE(held.answer.has_value());
        CHECK(world.status().each.at(0).health_misses == 0);
        CHECK(world.status().state == upstream_state::running);
        CHECK(world.pid() == pid);
        CHECK(world.status().each.size() == 1); // it was not taken for hung and replaced
        CHECK(world.call("echo").error().code == errc::server_busy); // it is full
        held.abort.abort(errc::call_cancelled);
        world.end(held);
    }
}

TEST_CASE("a_full_server_is_still_asked_for_a_list_that_it_has_changed") {
    auto options = one_call({"--change-in=ping"});
    options.health = {20ms, 40s, 1};
    child_world world{options};
    world.must_start();
    auto& held = world.begin(tool_call("hold"));
    world.loop.run_until(
        [&world] { return std::ranges::count(keys(world.get().lists().tools), "late") == 1; });
    CHECK_FALSE(held.answer.has_value());
    CHECK(world.status().calls_in_flight == 1);
}

TEST_CASE("a_resource_of_a_full_server_can_be_subscribed_to") {
    child_world world{one_call()};
    world.must_start();
    auto& held = world.begin(tool_call("hold"));
    abort_signal not_aborted;
    const auto watched = world.loop.await(world.get().watches().watch("fake://one", not_aborted));
    INFO((watched.has_error() ? watched.error().message() : ""));
    CHECK(watched.has_value());
    held.abort.abort(errc::call_cancelled);
    world.end(held);
    CHECK(was_asked(json_of(world.call("received")), method::resources_subscribe));
}

TEST_CASE("a_request_about_a_task_takes_no_place_from_a_call_and_needs_none") {
    child_world world{one_call()};
    std::optional<answer_or_fault> end_of_task;
    abort_signal never;
    auto place = std::make_unique<upstream_lease>(world.take());
    auto task_place = place->follow();
    auto held = tool_call("hold");
    world.loop.spawn(process_loop::store(task_place.call(held, nullptr, never), end_of_task));
    world.loop.poll();
    CHECK(world.status().calls_in_flight == 1);
    CHECK(text_of(call_on(world, *place, "echo")) == "{}");
    place.reset();
    auto& next = world.begin(tool_call("hold"));
    CHECK(text_of(call_on(world, task_place, "release")) == "all released");
    text_of(world.end(next));
    world.loop.run_until([&end_of_task] { return end_of_task.has_value(); });
    text_of(*end_of_task);
}
