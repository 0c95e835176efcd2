// SPDX-License-Identifier: Apache-2.0
// Calls on a place, and what is tried once more; the code under test is
// children/upstream/upstream_lease.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view discovery =
    R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete"})";

/// A modern server with one tool, which wants its `region` in a header field.
class annotated_server {
public:
    fake_reply operator()(const received_request& request,
                          const connection_pointer& /*connection*/) const {
        const auto name = fake_remote::name_of(request);
        const auto id = fake_remote::id_of(request);
        if (name == "server/discover") return {json_response(result_of(id, discovery))};
        if (name == "tools/list") return {json_response(result_of(id, list()))};
        const bool is_right = request.field("mcp-param-" + wanted) == "eu";
        if (is_right) return {json_response(result_of(id, text_result("taken")))};
        return {response_text("400 Bad Request", "Content-Type: application/json\r\n",
                              error_answer(id, -32020, "header mismatch"))};
    }

    std::string listed = "Region"; ///< the annotation that tools/list shows
    std::string wanted = "region"; ///< and what calls must have

private:
    [[nodiscard]] std::string list() const {
        return R"({"tools":[{"name":"query","inputSchema":{"type":"object","properties":)"
               R"({"region":{"type":"string","x-mcp-header":")" +
               listed + R"("}}}},{"name":"bad","inputSchema":{"type":"object","properties":)" +
               R"({"list":{"type":"array","x-mcp-header":"List"}}}}]})";
    }
};

struct annotated_world {
    annotated_world()
        : world([this](const auto& request, const auto& connection) {
            return server(request, connection);
        }) {
        world.child.must_start();
    }
    auto query() { return world.child.call("query", R"({"region":"eu"})"); }
    std::size_t calls() const { return world.server.count("tools/call"); }

    annotated_server server;
    remote_world world;
};

task<result<void>> take_place(upstream& at, upstream::caller who) {
    abort_signal never;
    const auto place = co_await at.acquire(who, never);
    if (place.has_error()) co_return place.error();
    co_return result<void>{};
}

} // namespace

TEST_CASE("a_place_is_waited_for_no_longer_than_the_caller_wants") {
    child_world world{fake_options({"--silent"})};
    upstream::caller who;
    who.deadline = clock_type::now() + std::chrono::milliseconds{50};
    const auto place = world.loop.await(take_place(world.get(), who));
    REQUIRE(place.has_error());
    CHECK(place.error().code == errc::call_timed_out);
    CHECK(clock_type::now() >= who.deadline);
}

TEST_CASE("a_place_on_a_server_that_runs_is_there_at_once") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1;
    child_world world{options};
    world.must_start();
    const upstream::caller who;
    {
        auto place = world.get().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK((*place)->is_alive());
        abort_signal never;
        auto request = tool_call("echo");
        const auto answer = world.loop.await((*place)->call(request, nullptr, never));
        CHECK(text_of(answer) == "{}");
        CHECK_FALSE(world.get().try_acquire(who).has_value()); // somebody has the only place
    }
    const auto again = world.get().try_acquire(who);
    REQUIRE(again.has_value());
    CHECK(again->has_value());
}

TEST_CASE("a_place_that_must_be_waited_for_is_not_there_at_once") {
    child_world world{fake_options({"--era=dual"})};
    upstream::caller who;
    CHECK_FALSE(world.get().try_acquire(who).has_value());
    world.must_start();
    {
        const auto place = world.get().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK(era_of((*place)->spoken()) == era::modern);
    }
    who.speaks = era::legacy; // a process of its own, which nobody has started
    CHECK_FALSE(world.get().try_acquire(who).has_value());
    who.speaks = era::modern;
    world.stop();
    CHECK_FALSE(world.get().try_acquire(who).has_value());
    CHECK(world.status().pid == 0); // and nothing was started for it
}

TEST_CASE("a_client_gets_a_place_at_once_on_a_server_of_the_other_era") {
    for (const auto spoken : {era::legacy, era::modern}) {
        child_world world{fake_options({spoken == era::legacy ? "--era=legacy" : "--era=modern"})};
        world.must_start();
        upstream::caller who;
        who.speaks = spoken == era::legacy ? era::modern : era::legacy;
        const auto place = world.get().try_acquire(who);
        REQUIRE(place.has_value());
        REQUIRE(place->has_value());
        CHECK(era_of((*place)->spoken()) == spoken);
    }
}

TEST_CASE("a_place_on_a_server_that_failed_too_often_is_refused_at_once") {
    auto options = fake_options();
    options.call_timeout = std::chrono::milliseconds{20};
    options.breaker.threshold = 1;
    child_world world{options};
    world.must_start();
    const auto late = world.call("never");
    REQUIRE(late.has_error());
    CHECK(late.error().code == errc::call_timed_out);
    const auto place = world.get().try_acquire({});
    REQUIRE(place.has_value());
    REQUIRE(place->has_error());
    CHECK(place->error().code == errc::circuit_open);
    CHECK(world.status().state == upstream_state::running);
}

TEST_CASE("annotated_arguments_travel_to_a_remote_server_as_header_fields") {
    annotated_world remote;
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.world.server.received("tools/call").at(0).field("mcp-param-region") == "eu");
}

TEST_CASE("tools_of_a_remote_server_with_invalid_annotations_are_not_offered") {
    annotated_world remote;
    CHECK(keys(remote.world.child.get().lists().tools) == std::vector<std::string>{"query"});
}

TEST_CASE("call_with_headers_that_became_wrong_is_sent_again_with_those_of_the_new_list") {
    annotated_world remote;
    remote.server.listed = "Zone";
    remote.server.wanted = "zone";
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.calls() == 2);
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.calls() == 3);
}

TEST_CASE("call_whose_client_ends_its_session_is_over_and_waits_for_no_other_process") {
    child_world world{fake_options()};
    world.must_start();
    auto& call = world.begin(tool_call("never"));
    call.abort.abort(fault{errc::session_unknown, "the client ended the session"});
    const auto answer = world.end(call);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::session_unknown);
    CHECK(world.status().restarts == 0);
}

TEST_CASE("call_whose_headers_are_refused_for_no_reason_is_not_sent_again") {
    annotated_world remote;
    remote.server.wanted = "unknown";
    const auto answer = remote.query();
    REQUIRE(answer.has_value());
    CHECK(answer->message.is_error);
    CHECK(remote.calls() == 1);
}
