// SPDX-License-Identifier: Apache-2.0
// What goes out to clients that read slowly, or have ended their sending.
#include "transports/http_server/reply_writer.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace mcpgw::io_test;
using namespace std::chrono_literals;

namespace {

constexpr int small_window = 16 * 1024;

/// The answer, whatever interim replies come before it.
http_answer read_final(http_client& client) {
    auto answer = client.read_answer();
    while (answer.status == 100) answer = client.read_answer();
    return answer;
}

} // namespace

TEST_CASE("who_reads_slowly_but_steadily_gets_all_of_a_large_answer") {
    auto options = http_test_options();
    options.write_timeout = 400ms;
    http_world world{options};
    auto client = world.connect(small_window);
    constexpr std::size_t bytes = 3'000'000;
    client.send(modern_post("1", "big:" + std::to_string(bytes)));
    const auto begun = mcpgw::clock_type::now();
    const auto head = client.read_head();
    REQUIRE(head.status == 200);
    const auto length = std::stoul(head.field("content-length"));
    std::size_t received = 0;
    // Four times as long as one that takes nothing would be given.
    const auto lasting = 4 * options.write_timeout;
    while (received < length) {
        const auto part = client.read_up_to(length / 64);
        if (part.empty()) break;
        received += part.size();
        const auto due = begun + lasting * static_cast<long>(received) / static_cast<long>(length);
        while (mcpgw::clock_type::now() < due) world.on_loop([] {}); // a slow reader at work
    }
    CHECK(received == length);
}

TEST_CASE("who_takes_nothing_is_cut_off_in_the_middle_of_an_answer") {
    auto options = http_test_options();
    options.write_timeout = 100ms;
    http_world world{options};
    auto client = world.connect(small_window);
    client.send(modern_post("1", "big:30000000"));
    REQUIRE(world.waits_until([&] { return world.memory_used() > 0; }));
    CHECK(world.waits_until([&] { return world.memory_used() == 0; }));
    CHECK(world.waits_until([&] { return world.connections() == 0; }));
    CHECK(world.ask(modern_post("2", "echo")).status == 200);
}

TEST_CASE("a_client_that_ends_its_sending_after_the_request_is_answered") {
    struct row {
        std::string_view what;
        std::string text;
    };
    const auto slow = modern_post("1", "hold:a").text();
    auto old = modern_post("1", "hold:a");
    old.version = "1.0";
    http_world world;
    const auto session = world.open_session();
    const std::vector<row> rows{
        {"a call", slow},
        {"a call of HTTP/1.0", old.text()},
        {"a call in chunks",
         http_post(modern_call("1", "hold:a"))
             .with("MCP-Protocol-Version", "2026-07-28")
             .with("Mcp-Method", "tools/call")
             .with("Mcp-Name", "hold:a")
             .chunked()
             .text()},
        {"a call of a session", session_post(session, call_message("1", "hold:a")).text()},
        {"a call that the client wants to be the last",
         modern_post("1", "hold:a").with("Connection", "close").text()},
    };
    std::ptrdiff_t held = 0;
    for (const auto& [what, text] : rows) {
        INFO(what);
        auto client = world.connect();
        client.send(text);
        client.end_sending();
        REQUIRE(world.handler.waits_for("held a", ++held));
        // Long enough for the probe, whose interim reply is no answer, where there is one.
        if (text.find("HTTP/1.1") != std::string::npos) CHECK(client.read_answer().status == 100);
        REQUIRE(world.release("a"));
        const auto answer = read_final(client);
        CHECK(answer.status == 200);
        CHECK(answer.body.find(R"("released":"a")") != std::string::npos);
        CHECK(client.is_closed());
    }
    CHECK(world.handler.count("aborted a CANCELLED") == 0);
}

TEST_CASE("quick_answers_to_a_client_that_has_ended_its_sending_come_alone") {
    http_world world;
    const auto one = modern_post("1", "echo").text();
    for (const int requests : {1, 2, 5}) {
        auto client = world.connect();
        std::string all;
        for (int i = 0; i < requests; ++i) all += one;
        client.send(all);
        client.end_sending();
        for (int i = 0; i < requests; ++i) CHECK(client.read_answer().status == 200);
        CHECK(client.is_closed());
    }
    auto get = world.connect();
    get.send(http_get("/healthz"));
    get.end_sending();
    CHECK(get.read_answer().status == 200);
}

TEST_CASE("a_stream_goes_on_after_the_client_has_ended_its_sending") {
    http_world world;
    auto client = world.connect();
    client.send(modern_post("1", "progress:2:a"));
    client.end_sending();
    REQUIRE(world.handler.waits_for("held a"));
    REQUIRE(client.read_head().is_stream());
    CHECK(client.read_data().find("progress") != std::string::npos);
    CHECK(client.read_data().find("progress") != std::string::npos);
    REQUIRE(world.release("a"));
    CHECK(client.read_data().find(R"("released":"a")") != std::string::npos);
    CHECK_FALSE(client.read_event().has_value());
}

TEST_CASE("a_client_that_closes_is_told_from_one_that_only_ended_its_sending") {
    http_world world;
    std::ptrdiff_t times = 0;
    for (const std::string tool : {"hold:a", "progress:2:a"}) {
        INFO(tool);
        {
            auto client = world.connect();
            client.send(modern_post("1", tool));
            REQUIRE(world.handler.waits_for("held a", times + 1));
        }
        CHECK(world.handler.waits_for("aborted a CANCELLED", ++times));
    }
}
