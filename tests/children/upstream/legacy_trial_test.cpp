// SPDX-License-Identifier: Apache-2.0
// The legacy era of servers that name the modern one alone; the code under test is
// children/upstream/legacy_trial.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

upstream_caller legacy_client(bool can_answer) {
    upstream_caller who;
    who.speaks = era::legacy;
    who.may_be_asked = true;
    who.can_answer = can_answer;
    return who;
}

/// The era of the place that a caller gets, whatever has to be waited for; or why there is none.
task<std::string> era_of_place(upstream& at, upstream_caller who) {
    abort_signal never;
    const auto place = co_await at.places().acquire(who, never);
    if (place.has_error()) co_return std::string{place.error().message()};
    co_return std::string{to_string(era_of(place->spoken()))};
}

/// Streamable HTTP of both eras, of which it names the modern one alone.
fake_reply tacit_remote(const received_request& request, bool has_sessions, bool has_streams) {
    const auto name = fake_remote::name_of(request);
    if (name == "GET" || name == "DELETE") return {response_text("405 Not Allowed", "", "")};
    if (name.starts_with("notifications/")) return {accepted()};
    const auto id = fake_remote::id_of(request);
    if (name == "server/discover")
        return {
            json_response(result_of(id, R"({"supportedVersions":["2026-07-28"],"capabilities":{},)"
                                        R"("resultType":"complete"})"))};
    if (name != "initialize") return {json_response(result_of(id, "{}"))};
    const auto answer =
        result_of(id, R"({"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{}})");
    const std::string session = has_sessions ? "Mcp-Session-Id: s1\r\n" : "";
    const std::string type = has_streams ? "text/event-stream" : "application/json";
    return {response_text("200 OK", "Content-Type: " + type + "\r\n" + session,
                          has_streams ? "data: " + answer + "\n\n" : answer)};
}

} // namespace

TEST_CASE("who_can_be_asked_gets_the_era_in_which_a_server_asks_that_names_only_the_other") {
    child_world world{fake_options({"--era=tacit"})};
    world.must_start();
    CHECK_FALSE(world.get().places().try_acquire(legacy_client(true)).has_value()); // not known yet
    CHECK(world.loop.await(era_of_place(world.get(), legacy_client(true))) == "legacy");
    CHECK(world.status().instances == 2);
    const auto at_once = world.get().places().try_acquire(legacy_client(true)); // and it is kept
    REQUIRE(at_once.has_value());
    REQUIRE(at_once->has_value());
    CHECK(era_of((*at_once)->spoken()) == era::legacy);
    CHECK(world.loop.await(era_of_place(world.get(), {})) == "modern");
}

TEST_CASE("the_first_call_of_all_may_find_out_that_initialize_is_taken_too") {
    child_world world{fake_options({"--era=tacit"})};
    CHECK(world.loop.await(era_of_place(world.get(), legacy_client(true))) == "legacy");
}

TEST_CASE("nobody_tries_initialize_for_a_client_that_cannot_be_asked") {
    child_world world{fake_options({"--era=tacit"})};
    world.must_start();
    CHECK(world.loop.await(era_of_place(world.get(), legacy_client(false))) == "modern");
    auto lister = legacy_client(true);
    lister.may_be_asked = false;
    CHECK(world.loop.await(era_of_place(world.get(), lister)) == "modern");
    CHECK(world.status().instances == 1);
}

TEST_CASE("a_modern_server_that_takes_no_initialize_is_asked_once_and_nothing_is_held_against_it") {
    child_world world{fake_options({"--era=modern"})};
    world.must_start();
    CHECK(world.loop.await(era_of_place(world.get(), legacy_client(true))) == "modern");
    CHECK(world.status().state == upstream_state::running);
    CHECK(world.status().last_error.empty());
    CHECK(world.status().breaker == breaker_state::closed);
    const auto again = world.get().places().try_acquire(legacy_client(true));
    REQUIRE(again.has_value());
    REQUIRE(again->has_value());
    CHECK(era_of((*again)->spoken()) == era::modern);
}

TEST_CASE("the_era_that_is_configured_is_not_doubted_for_a_client_that_can_be_asked") {
    auto options = fake_options({"--era=tacit"});
    options.only_era = era::modern;
    child_world world{options};
    CHECK(world.loop.await(era_of_place(world.get(), legacy_client(true))) == "modern");
    CHECK(world.status().instances == 1);
}

TEST_CASE("a_remote_server_is_spoken_to_in_the_legacy_era_only_where_it_can_ask_that_way") {
    for (const bool has_sessions : {false, true}) {
        for (const bool has_streams : {false, true}) {
            INFO("sessions " << has_sessions << ", streams " << has_streams);
            remote_world world{[=](const auto& request, const auto& /*connection*/) {
                return tacit_remote(request, has_sessions, has_streams);
            }};
            world.child.must_start();
            const auto* const wanted = has_sessions && has_streams ? "legacy" : "modern";
            auto& server = world.child.get();
            CHECK(world.child.loop.await(era_of_place(server, legacy_client(true))) == wanted);
        }
    }
}

TEST_CASE("what_was_found_out_about_initialize_is_remembered_and_not_tried_again") {
    for (const std::string era : {"tacit", "modern"}) {
        INFO(era);
        const bool is_taken = era == "tacit";
        const std::string wanted = is_taken ? "legacy" : "modern";
        child_world first{fake_options({"--era=" + era})};
        first.must_start();
        CHECK_FALSE(first.get().schema()->eras->takes_initialize.has_value());
        const auto told = first.events.lists_changed;
        CHECK(first.loop.await(era_of_place(first.get(), legacy_client(true))) == wanted);
        CHECK(first.events.lists_changed > told); // somebody may write it down
        const auto kept = first.get().schema();
        REQUIRE(kept.has_value());
        CHECK(kept->eras->takes_initialize == is_taken);
        CHECK(kept->eras->is_legacy == is_taken);

        // The next gateway knows it before anything runs.
        child_world next{fake_options({"--era=" + era})};
        next.get().recall(*kept);
        CHECK(next.loop.await(era_of_place(next.get(), legacy_client(true))) == wanted);
        CHECK(next.status().instances == 1);

        // What was found out long ago is found out again.
        auto old = *kept;
        old.eras->tried_at -= 2 * 24 * 60 * 60;
        child_world later{fake_options({"--era=tacit"})};
        later.get().recall(old);
        CHECK(later.loop.await(era_of_place(later.get(), legacy_client(true))) == "legacy");
        CHECK(later.status().instances == 2);
    }
}

TEST_CASE("a_remote_server_that_refuses_the_probe_oddly_is_not_probed_again_after_a_restart") {
    const auto odd = [](const auto& request, const auto& /*connection*/) -> fake_reply {
        const auto name = fake_remote::name_of(request);
        if (name == "server/discover")
            return {response_text("400 Bad Request", "Content-Type: text/plain\r\n", "what?")};
        return tacit_remote(request, true, false);
    };
    std::optional<remembered_schema> kept;
    {
        remote_world world{odd};
        world.child.must_start();
        CHECK(world.server.count("server/discover") == 1);
        kept = world.child.get().schema();
    }
    REQUIRE(kept.has_value());
    REQUIRE(kept->eras.has_value());
    CHECK(kept->eras->is_legacy);
    CHECK_FALSE(kept->eras->is_modern);
    remote_world world{odd};
    world.child.get().recall(*kept);
    world.child.must_start();
    CHECK(world.server.count("server/discover") == 0);
    CHECK(world.server.count("initialize") == 1);
}
