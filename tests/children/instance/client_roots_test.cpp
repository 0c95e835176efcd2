// SPDX-License-Identifier: Apache-2.0
// Roots that a server asks for outside of any call; the code under test is
// children/instance/client_roots.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

/// A server that asks after the handshake, and again when it is told that roots changed; its
/// processes belong to sessions.
child_options asking_options() {
    auto options = fake_options({"--ask-at-start=roots/list"});
    options.pool.share = sharing::session;
    options.roots = {"file:///configured"};
    return options;
}

constexpr std::string_view configured = R"({"roots":[{"uri":"file:///configured"}]})";

std::string roots_of(std::string_view name) {
    return R"({"roots":[{"uri":"file:///)" + std::string{name} + R"("}]})";
}

void let_in(child_world& world, const std::string& key) {
    world.events.clients[key] = world.make_observer();
    world.events.clients[key]->ready_answer = roots_of(key);
}

/// All answers that the process behind this lease has had.
std::string heard_by(child_world& world, upstream_lease& held) {
    auto request = tool_call("asked");
    abort_signal never;
    return text_of(world.loop.await(held.call(request, world.make_observer(), never)));
}

std::string list(std::initializer_list<std::string_view> answers) {
    std::string text;
    for (const auto each : answers) text += (text.empty() ? "[" : ",") + std::string{each};
    return text + "]";
}

} // namespace

TEST_CASE("a_process_that_becomes_a_sessions_own_gets_the_roots_of_its_client_before_its_calls") {
    child_world world{asking_options()};
    world.must_start();
    let_in(world, "a");
    auto held = world.take("a");
    // It had asked before anybody came.
    CHECK(heard_by(world, held) == list({configured, roots_of("a")}));
    CHECK(world.events.clients["a"]->methods == std::vector<std::string>{"roots/list"});
}

TEST_CASE("each_session_gets_a_process_that_has_asked_its_own_client_for_roots") {
    child_world world{asking_options()};
    let_in(world, "a");
    let_in(world, "b");
    auto first = world.take("a");
    auto second = world.take("b");
    CHECK(heard_by(world, second) == list({roots_of("b")}));
    CHECK(heard_by(world, first) == list({configured, roots_of("a")}));
    CHECK(world.events.clients["b"]->methods.size() == 1);
}

TEST_CASE("a_session_whose_client_cannot_be_asked_gets_the_roots_of_the_configuration") {
    child_world world{asking_options()};
    let_in(world, "a");
    world.events.clients["a"]->refusal = fault{errc::session_error, "it has left"};
    auto held = world.take("a");
    CHECK(heard_by(world, held) == list({configured, configured}));
}

TEST_CASE("a_client_that_never_tells_its_roots_holds_up_its_first_call_for_a_while_only") {
    auto options = asking_options();
    options.question_hold_timeout = std::chrono::milliseconds{100};
    child_world world{options};
    let_in(world, "a");
    world.events.clients["a"]->ready_answer.clear();
    auto held = world.take("a");
    REQUIRE_FALSE(world.events.clients["a"]->questions.empty());
    CHECK(world.events.clients["a"]->questions.front()->is_settled());
    CHECK(heard_by(world, held) == list({configured, configured}));
}

TEST_CASE("roots_that_a_client_changes_reach_its_own_process_alone") {
    child_world world{asking_options()};
    let_in(world, "a");
    let_in(world, "b");
    auto first = world.take("a");
    auto second = world.take("b");
    world.events.clients["a"]->ready_answer = roots_of("elsewhere");
    world.get().pools().renew_roots("a");
    auto again = world.take("a");
    CHECK(heard_by(world, again) == list({configured, roots_of("a"), roots_of("elsewhere")}));
    CHECK(heard_by(world, second) == list({roots_of("b")}));
}

TEST_CASE("a_client_of_a_server_that_is_shared_is_asked_for_roots_in_its_calls_only") {
    auto options = asking_options();
    options.pool.share = sharing::shared;
    child_world world{options};
    let_in(world, "");
    auto held = world.take();
    CHECK(heard_by(world, held) == list({configured}));
    CHECK(world.events.clients[""]->methods.empty());
}
