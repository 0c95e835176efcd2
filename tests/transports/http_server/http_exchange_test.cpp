// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_exchange.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using mcpgw::find_member;
using namespace mcpgw::io_test;
using namespace std::chrono_literals;

namespace {

http_request modern_progress(std::string_view id, const std::string& tool, std::string_view token) {
    auto request = modern_post(id, tool);
    request.body = progress_call(id, tool, token);
    // The other members of _meta that a modern request needs.
    const auto others = modern_meta.substr(1, modern_meta.size() - 2);
    request.body.insert(request.body.find(R"("progressToken")"), std::string{others} + ",");
    return request;
}

} // namespace

TEST_CASE("without_notifications_the_reply_is_plain_json") {
    http_world world;
    const auto answer = world.ask(modern_post("1", "echo"));
    CHECK(answer.status == 200);
    CHECK(answer.field("content-type") == "application/json");
    CHECK(answer.field("content-length") == std::to_string(answer.body.size()));
}

TEST_CASE("the_first_notification_turns_the_reply_into_a_stream_whose_last_event_is_the_answer") {
    http_world world;
    auto client = world.connect();
    client.send(modern_progress("1", "progress:2:a", "\"t\""));
    const auto head = client.read_head();
    CHECK(head.status == 200);
    CHECK(head.is_stream());
    CHECK(head.is_chunked());
    CHECK(head.field("x-accel-buffering") == "no");
    CHECK(client.read_data().find(R"("progressToken":"t","progress":1)") != std::string::npos);
    CHECK(client.read_data().find(R"("progressToken":"t","progress":2)") != std::string::npos);
    CHECK(world.release("a"));
    CHECK(client.read_data() == mcpgw::make_response("1", R"({"released":"a"})"));
    CHECK_FALSE(client.read_event().has_value());
    // The connection stays in step.
    CHECK(id_of(client.ask(modern_post("2", "echo")).body) == "2");
}

TEST_CASE("an_http_1_0_client_gets_its_stream_without_chunks") {
    http_world world;
    auto client = world.connect();
    auto request = modern_progress("1", "progress:1:a", "1").with("Connection", "keep-alive");
    request.version = "1.0";
    client.send(request);
    const auto head = client.read_head();
    CHECK(head.is_stream());
    CHECK_FALSE(head.is_chunked());
    CHECK(head.field("connection") == "close");
    CHECK(client.read_data().find(R"("progress":1)") != std::string::npos);
    CHECK(world.release("a"));
    CHECK(id_of(client.read_data()) == "1");
    CHECK(client.is_closed());
}

TEST_CASE("a_silent_stream_is_kept_alive_with_comments") {
    auto options = http_test_options();
    options.sse_keep_alive = 10ms;
    http_world world{options};
    auto client = world.connect();
    client.send(modern_progress("1", "progress:1:a", "1"));
    CHECK(client.read_head().is_stream());
    CHECK(client.read_chunk().starts_with("event: message\ndata: "));
    for (int i = 0; i < 3; ++i) CHECK(client.read_chunk() == ":\n\n");
    CHECK(world.release("a"));
    CHECK(id_of(client.read_data()) == "1"); // comments between are no events
}

TEST_CASE("two_clients_with_the_same_id_and_progress_token_get_their_own") {
    http_world world;
    const auto first_session = world.open_session();
    const auto second_session = world.open_session();
    auto first = world.connect();
    auto second = world.connect();
    auto modern = world.connect();
    first.send(session_post(first_session, progress_call("1", "progress:1:a", "\"t\"")));
    second.send(session_post(second_session, progress_call("1", "progress:2:b", "\"t\"")));
    modern.send(modern_progress("1", "progress:3:c", "\"t\""));
    for (const char* note : {"held a", "held b", "held c"}) CHECK(world.handler.waits_for(note));
    const auto finish = [&](http_client& client, int progress, const std::string& name) {
        CHECK(client.read_head().is_stream());
        if (&client != &modern) CHECK(client.read_data().empty()); // the priming event
        for (int i = 1; i <= progress; ++i)
            CHECK(client.read_data().find(fmt::format(R"("progress":{})", i)) != std::string::npos);
        CHECK(world.release(name));
        CHECK(client.read_data() ==
              mcpgw::make_response("1", fmt::format(R"({{"released":"{}"}})", name)));
        CHECK_FALSE(client.read_event().has_value());
    };
    finish(modern, 3, "c");
    finish(second, 2, "b");
    finish(first, 1, "a");
}

TEST_CASE("a_question_goes_out_on_the_calls_stream_and_is_answered_by_another_post") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "ask")));
    CHECK(client.read_head().is_stream());
    CHECK(client.read_data().empty()); // the priming event
    const auto asked = client.read_data();
    CHECK(find_member(asked, "method") == "\"elicitation/create\"");
    const auto answer = mcpgw::make_response(id_of(asked), R"({"action":"accept"})");
    CHECK(world.ask(session_post(world.open_session(), answer)).status == 202); // not theirs
    CHECK(world.ask(session_post(session, answer)).status == 202);
    CHECK(client.read_data() == mcpgw::make_response("1", R"({"action":"accept"})"));
    CHECK_FALSE(client.read_event().has_value());
}

TEST_CASE("a_modern_client_cannot_be_asked_over_http") {
    http_world world;
    const auto answer = world.ask(modern_post("1", "ask"));
    CHECK(error_name(answer.body) == "SESSION_ERROR");
}

TEST_CASE("a_modern_client_gone_in_mid_call_aborts_the_call") {
    http_world world;
    {
        auto client = world.connect();
        client.send(modern_post("1", "hold:plain"));
        CHECK(world.handler.waits_for("held plain"));
    }
    CHECK(world.handler.waits_for("aborted plain CANCELLED"));
    {
        auto client = world.connect();
        client.send(modern_progress("1", "progress:1:stream", "1"));
        CHECK(client.read_head().is_stream());
    }
    CHECK(world.handler.waits_for("aborted stream CANCELLED"));
}

TEST_CASE("a_question_that_is_open_when_its_call_ends_is_withdrawn_at_the_client") {
    http_world world;
    const auto session = world.open_session("/mcp", "2025-06-18");
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "ask-hold:a")));
    CHECK(client.read_head().is_stream());
    const auto asked = client.read_data();
    CHECK(find_member(asked, "method") == "\"elicitation/create\"");
    SECTION("answered") {
        CHECK(world.release("a"));
    }
    SECTION("cancelled") {
        CHECK(world.ask(session_post(session, cancel_message("1"))).status == 202);
    }
    const auto withdrawn = client.read_data();
    CHECK(find_member(withdrawn, "method") == "\"notifications/cancelled\"");
    CHECK(find_member(find_member(withdrawn, "params"), "requestId") == id_of(asked));
    CHECK(id_of(client.read_data()) == "1");
    CHECK_FALSE(client.read_event().has_value());
    // An answer on its way finds nobody.
    const auto answer = mcpgw::make_response(id_of(asked), R"({"action":"accept"})");
    CHECK(world.ask(session_post(session, answer)).status == 202);
}

TEST_CASE("a_slow_reader_stops_nobody_and_does_not_lose_its_answer") {
    http_world world{http_test_options(), {.stream_queue_bytes_max = 1'000'000}};
    auto slow = world.connect(4096);
    slow.send(modern_post("1", "flood:20000:1000:a")); // 20 MB, of which at most 1 MB waits
    CHECK(world.handler.waits_for("held a"));
    for (int i = 0; i < 20; ++i) CHECK(world.ask(modern_post("2", "echo")).status == 200);
    CHECK(world.release("a"));
    CHECK(world.ask(modern_post("3", "echo")).status == 200);
    CHECK(slow.read_head().is_stream());
    std::vector<std::string> events;
    while (const auto event = slow.read_event()) events.push_back(event->data);
    CHECK(events.size() > 1);
    CHECK(events.size() < 20'000);
    CHECK(events.back() == mcpgw::make_response("1", R"({"released":"a"})"));
}

TEST_CASE("a_client_that_does_not_read_gets_the_newest_progress_and_all_that_matters") {
    http_world world{http_test_options(), {.stream_queue_bytes_max = 100'000}};
    auto slow = world.connect(4096);
    slow.send(modern_progress("1", "progress:50000:a", "\"t\"")); // 5 MB
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.release("a"));
    CHECK(slow.read_head().is_stream());
    std::vector<std::string> events;
    while (const auto event = slow.read_event()) events.push_back(event->data);
    REQUIRE(events.size() > 2);
    CHECK(events.size() < 50'000);
    CHECK(events[events.size() - 2].find(R"("progress":50000})") != std::string::npos);
    CHECK(id_of(events.back()) == "1");
}

TEST_CASE("a_client_that_stops_reading_is_given_up_and_its_call_aborted") {
    auto options = http_test_options();
    options.write_timeout = 100ms;
    http_world world{options};
    auto client = world.connect(4096);
    client.send(modern_post("1", "flood:16:1000000:a")); // more than the sockets hold
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.handler.waits_for("aborted a CANCELLED"));
    CHECK(world.ask(modern_post("2", "echo")).status == 200);
}

TEST_CASE("a_large_answer_arrives_whole") {
    http_world world;
    auto client = world.connect(4096);
    const auto answer = client.ask(modern_post("1", "big:10000000"));
    CHECK(answer.body == mcpgw::make_response("1", '"' + std::string(10'000'000, 'x') + '"'));
    CHECK(client.ask(modern_post("2", "echo")).status == 200);
}

TEST_CASE("an_exception_in_the_handler_is_an_error_answer_in_either_form") {
    http_world world;
    auto client = world.connect();
    const auto plain = client.ask(modern_post("1", "throw"));
    CHECK(plain.status == 500);
    CHECK(error_name(plain.body) == "INTERNAL_ERROR");
    CHECK(id_of(plain.body) == "1");
    CHECK(plain.body.find("thrown") == std::string::npos); // no inner workings for clients

    client.send(modern_post("2", "notify-throw"));
    CHECK(client.read_head().is_stream());
    CHECK(client.read_data().find("notifications/message") != std::string::npos);
    const auto last = client.read_data();
    CHECK(error_name(last) == "INTERNAL_ERROR");
    CHECK(id_of(last) == "2");
    CHECK_FALSE(client.read_event().has_value());
    CHECK(client.ask(modern_post("3", "echo")).status == 200);
}

TEST_CASE("the_handlers_status_is_that_of_a_plain_reply") {
    http_world world;
    const auto session = world.open_session();
    const auto answer = world.ask(session_post(session, mcpgw::make_request("1", "x/y", "")));
    CHECK(answer.status == 404);
    CHECK(error_name(answer.body) == "METHOD_NOT_FOUND");
    CHECK(world.ask(modern_post("1", "no-such-tool")).status == 200);
}
