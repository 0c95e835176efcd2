// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/adaptive_reply.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

using mcpgw::find_member;
using namespace mcpgw::io_test;
using namespace std::chrono_literals;

namespace {

std::string released(const std::string& id, const std::string& name) {
    return mcpgw::make_response(id, fmt::format(R"({{"released":"{}"}})", name));
}

/// A client that takes part in a call, loses its connection and comes back.
struct caller {
    http_world& world;
    std::string session;
    std::optional<http_client> stream{std::in_place, world.port()};
    std::string last_id{};

    /// Sends a call; the reply must be a stream.
    void call(const std::string& message) {
        stream->send(session_post(session, message));
        REQUIRE(stream->read_head().is_stream());
    }
    std::string read() {
        const auto event = stream->read_event();
        if (!event) return "(end)";
        last_id = event->id;
        return event->data;
    }
    void lose() { stream->close(); }
    http_answer resume(const std::string& after) {
        stream->close();
        return resume_beside(after);
    }
    http_answer resume_beside(const std::string& after) {
        stream.emplace(world.port());
        stream->send(session_get(session).with("Last-Event-ID", after));
        return stream->read_head();
    }
    bool is_progress(int value) {
        return read().find(fmt::format(R"("progress":{}}})", value)) != std::string::npos;
    }
};

bool has_in_flight(http_world& world, const std::string& session, std::size_t count) {
    return world.on_loop(
        [&] { return world.listener_sessions().find(session)->requests_in_flight() == count; });
}

} // namespace

TEST_CASE("a_call_goes_on_when_its_client_leaves_and_is_resumed_where_it_was_left") {
    for (const std::string version : {"2025-03-26", "2025-06-18", "2025-11-25"}) {
        CAPTURE(version);
        http_world world;
        caller client{world, world.open_session("/mcp", version)};
        client.stream->send(session_post(client.session, progress_call("1", "steps:4:a", "7")));
        for (const char* step : {"1", "2"}) {
            CHECK(world.handler.waits_for(fmt::format("held a{}", step)));
            CHECK(world.release(fmt::format("a{}", step)));
        }
        REQUIRE(client.stream->read_head().is_stream());
        if (version == "2025-11-25") CHECK(client.read().empty());
        CHECK(client.is_progress(1));
        const auto after_first = client.last_id;
        CHECK(client.is_progress(2));
        CHECK(client.last_id != after_first);
        client.lose();
        // Nobody listens while this happens.
        CHECK(world.handler.waits_for("held a3"));
        CHECK(world.release("a3"));
        CHECK(world.handler.waits_for("held a4"));

        CHECK(client.resume(after_first).is_stream());
        CHECK(client.is_progress(2)); // the second was lost too, as far as we know
        CHECK(client.is_progress(3));
        CHECK(world.release("a4")); // and live from here
        CHECK(client.is_progress(4));
        CHECK(client.read() == released("1", "a4"));
        CHECK(client.read() == "(end)");
        CHECK(has_in_flight(world, client.session, 0));
    }
}

TEST_CASE("an_answer_that_came_while_the_client_was_away_is_kept_until_it_is_read") {
    http_world world;
    caller client{world, world.open_session()};
    client.call(progress_call("1", "progress:1:a", "7"));
    CHECK(client.read().empty());
    CHECK(client.is_progress(1));
    const auto after = client.last_id;
    client.lose();
    CHECK(world.release("a"));
    CHECK(world.waits_until([&] { return has_in_flight(world, client.session, 0); }));
    for (int attempt = 0; attempt < 2; ++attempt) { // the first reading may be lost as well
        CHECK(client.resume(after).is_stream());
        CHECK(client.read() == released("1", "a"));
        const auto last = client.last_id;
        CHECK(client.read() == "(end)");
        client.last_id = last;
    }
    // Who has read everything gets nothing more, and then it is forgotten.
    CHECK(client.resume(client.last_id).is_stream());
    CHECK(client.read() == "(end)");
    CHECK(client.resume(after).status == 400);
}

TEST_CASE("a_slow_call_of_the_newest_legacy_revision_can_be_resumed_though_it_said_nothing") {
    auto options = http_test_options();
    options.stream_delay = 5ms;
    options.retry_delay = 1234ms;
    http_world world{options};
    caller client{world, world.open_session()};
    client.call(call_message("1", "hold:a"));
    const auto priming = client.stream->read_event();
    REQUIRE(priming.has_value());
    CHECK(priming->data.empty());
    CHECK(priming->retry == 1234ms);
    CHECK_FALSE(priming->id.empty());
    client.lose();
    CHECK(client.resume(priming->id).is_stream());
    CHECK(world.release("a"));
    CHECK(client.read() == released("1", "a"));
}

TEST_CASE("older_and_modern_clients_get_no_stream_without_a_message") {
    auto options = http_test_options();
    options.stream_delay = 0ms;
    http_world world{options};
    auto older = world.connect();
    older.send(session_post(world.open_session("/mcp", "2025-06-18"), call_message("1", "hold:a")));
    CHECK(world.handler.waits_for("held a"));
    auto modern = world.connect();
    modern.send(modern_post("1", "hold:b"));
    CHECK(world.handler.waits_for("held b"));
    caller newest{world, world.open_session()};
    newest.call(call_message("1", "hold:c")); // the delay has passed for the others too
    CHECK(world.release("a"));
    CHECK(older.read_answer().field("content-type") == "application/json");
    CHECK(world.release("b"));
    CHECK(modern.read_answer().field("content-type") == "application/json");
    CHECK(world.release("c"));
}

TEST_CASE("questions_that_were_missed_are_asked_again_after_resuming") {
    http_world world;
    caller client{world, world.open_session()};
    client.call(call_message("1", "ask"));
    CHECK(client.read().empty());
    const auto primed = client.last_id;
    client.lose();
    CHECK(client.resume(primed).is_stream());
    const auto asked = client.read();
    CHECK(find_member(asked, "method") == "\"elicitation/create\"");
    const auto answer = mcpgw::make_response(id_of(asked), R"({"action":"accept"})");
    CHECK(world.ask(session_post(client.session, answer)).status == 202);
    CHECK(client.read() == mcpgw::make_response("1", R"({"action":"accept"})"));
    CHECK(client.read() == "(end)");
}

TEST_CASE("a_second_resumer_replaces_the_first_and_each_message_goes_to_one") {
    auto options = http_test_options();
    options.stream_delay = 0ms;
    http_world world{options};
    caller client{world, world.open_session()};
    client.call(progress_call("1", "steps:2:a", "7"));
    CHECK(client.read().empty());
    const auto primed = client.last_id;
    caller first{world, client.session};
    CHECK(first.resume_beside(primed).is_stream());
    CHECK(client.read() == "(end)"); // the connection of the call itself is the first to go
    caller second{world, client.session};
    CHECK(second.resume_beside(primed).is_stream());
    CHECK(first.read() == "(end)");
    CHECK(world.release("a1"));
    CHECK(second.is_progress(1));
    CHECK(world.handler.waits_for("held a2"));
    CHECK(world.release("a2"));
    CHECK(second.is_progress(2));
    CHECK(second.read() == released("1", "a2"));
    // The connections that were replaced are still good.
    CHECK(first.stream->ask(session_post(client.session, call_message("2", "echo"))).status == 200);
    CHECK(client.stream->ask(session_post(client.session, call_message("3", "echo"))).status ==
          200);
}

TEST_CASE("a_client_of_a_session_that_stops_reading_is_given_up_but_its_call_goes_on") {
    auto options = http_test_options();
    options.write_timeout = 100ms;
    http_world world{options};
    const auto session = world.open_session();
    auto stuck = world.connect(4096);
    stuck.send(session_post(session, call_message("1", "flood:16:1000000:a")));
    CHECK(stuck.read_head().is_stream());
    const auto priming = stuck.read_event();
    REQUIRE(priming.has_value());
    const auto has_no_carrier = [&] {
        return !world.listener_sessions().find(session)->streams.has_carrier();
    };
    CHECK(world.waits_until([&] { return world.on_loop(has_no_carrier); }));
    caller client{world, session};
    CHECK(client.resume(priming->id).is_stream());
    CHECK(world.release("a"));
    std::string last;
    for (auto data = client.read(); data != "(end)"; data = client.read()) last = data;
    CHECK(last == released("1", "a"));
}

TEST_CASE("streams_are_not_mixed_when_two_calls_are_resumed") {
    http_world world;
    const auto session = world.open_session();
    caller one{world, session};
    caller two{world, session};
    one.call(progress_call("1", "progress:1:a", "1"));
    two.call(progress_call("2", "progress:1:b", "2"));
    CHECK(one.read().empty());
    CHECK(two.read().empty());
    CHECK(one.last_id != two.last_id);
    const auto after_one = one.last_id;
    const auto after_two = two.last_id;
    CHECK(world.release("a"));
    CHECK(world.release("b"));
    CHECK(one.resume(after_one).is_stream());
    CHECK(two.resume(after_two).is_stream());
    CHECK(one.read().find(R"("progressToken":1)") != std::string::npos);
    CHECK(one.read() == released("1", "a"));
    CHECK(two.read().find(R"("progressToken":2)") != std::string::npos);
    CHECK(two.read() == released("2", "b"));
}

TEST_CASE("a_last_event_id_of_nothing_or_of_another_session_is_refused") {
    http_world world;
    caller other{world, world.open_session()};
    other.call(progress_call("1", "progress:1:a", "7"));
    CHECK(other.read().empty());
    caller client{world, world.open_session()};
    client.stream->send(session_get(client.session));
    REQUIRE(client.stream->read_head().is_stream());
    CHECK(client.read().empty());
    for (const auto& id : {other.last_id, std::string{"nonsense"}, std::string{"0_1"}}) {
        CAPTURE(id);
        const auto refused = world.ask(session_get(client.session).with("Last-Event-ID", id));
        CHECK(refused.status == 400); // not 404, which means that the session has ended
        CHECK(error_name(refused.body) == "INVALID_REQUEST");
    }
    world.notify(client.session, "{}"); // the stream that was there is not disturbed
    CHECK(client.read() == "{}");
    CHECK(world.ask(http_get("/mcp").with("Last-Event-ID", other.last_id)).status == 405);
    CHECK(world.release("a"));
}

TEST_CASE("delete_ends_a_call_whose_client_is_away_and_what_it_left") {
    http_world world;
    caller client{world, world.open_session()};
    client.call(progress_call("1", "progress:1:a", "7"));
    CHECK(client.read().empty());
    const auto after = client.last_id;
    caller resumed{world, client.session};
    CHECK(resumed.resume_beside(after).is_stream());
    CHECK(resumed.is_progress(1));
    auto request = session_get(client.session);
    request.method = "DELETE";
    CHECK(world.ask(request).status == 200);
    CHECK(error_name(resumed.read()) == "SESSION_ERROR");
    CHECK(resumed.read() == "(end)");
    CHECK(world.handler.count("aborted a SESSION_ERROR") == 1);
    CHECK(client.resume(after).status == 404);
}

TEST_CASE("stopping_ends_calls_whose_clients_are_away") {
    http_world world;
    caller client{world, world.open_session()};
    client.call(progress_call("1", "progress:1:a", "7"));
    CHECK(client.read().empty());
    client.lose();
    CHECK(world.stop());
    CHECK(world.handler.count("aborted a GATEWAY_STOPPING") == 1);
}

TEST_CASE("a_call_can_be_cancelled_while_its_client_is_away") {
    http_world world;
    caller client{world, world.open_session()};
    client.call(progress_call("1", "progress:1:a", "7"));
    CHECK(client.read().empty());
    const auto primed = client.last_id;
    client.lose();
    CHECK(world.ask(session_post(client.session, cancel_message("1"))).status == 202);
    CHECK(world.handler.waits_for("aborted a CANCELLED"));
    CHECK(client.resume(primed).is_stream());
    CHECK(client.is_progress(1));
    CHECK(error_name(client.read()) == "CANCELLED");
}

TEST_CASE("a_client_that_left_before_the_stream_began_cannot_be_asked") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "hold-ask:a")));
    CHECK(world.handler.waits_for("held a"));
    client.reset();
    for (int turn = 0; turn < 10; ++turn) world.on_loop([] {}); // it is noticed
    CHECK(has_in_flight(world, session, 1));
    CHECK(world.release("a"));
    CHECK(world.handler.waits_for("could not ask"));
    CHECK(world.waits_until([&] { return has_in_flight(world, session, 0); }));
    CHECK(world.handler.count("aborted a CANCELLED") == 0);
}
