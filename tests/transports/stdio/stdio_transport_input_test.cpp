// SPDX-License-Identifier: Apache-2.0
// Messages that are too long, and clients that do not read; the code under test is
// transports/stdio/stdio_transport_input.cpp.
#include "tests/support/stdio_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace mcpgw::io_test;
using mcpgw::find_member;
using world = stdio_world;

TEST_CASE("a_message_over_the_limit_is_an_error_of_that_message_alone") {
    world w{{.message_bytes_max = 100'000}};
    const auto filler = mcpgw::quote_json(std::string(150'000, 'x'));
    const std::vector<std::pair<std::string, std::string>> rows{
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":)" + filler + "}}", "7"},
        {R"({"method":"ping","params":{"x":)" + filler + R"(},"jsonrpc":"2.0","id":"z"})",
         R"("z")"},
        {R"({"method":"ping","params":{"id":5,"x":)" + filler + "}}", ""},
        {R"({"jsonrpc":"2.0","id":8,"result":)" + filler + "}", ""},
        {std::string(150'000, 'x'), ""},
    };
    w.send(call_message("1", "hold:a"));
    int next = 10;
    for (const auto& [line, id] : rows) {
        INFO(line.substr(0, 60));
        w.send(line);
        const auto refused = w.read();
        CHECK(error_name(refused) == "MESSAGE_TOO_LARGE");
        CHECK(find_member(refused, "id") == id);
        const auto number = std::to_string(next++);
        CHECK(id_of(w.ask(call_message(number, "echo"))) == number);
    }
    w.handler.release("a"); // what was in flight is not lost
    CHECK(id_of(w.read()) == "1");
}

TEST_CASE("the_input_may_end_in_the_middle_of_a_message_over_the_limit") {
    world w{{.message_bytes_max = 100'000}};
    w.send_bytes(R"({"jsonrpc":"2.0","id":7,"method":")" + std::string(150'000, 'x'));
    w.end_input();
    const auto refused = w.finish();
    CHECK(error_name(refused) == "MESSAGE_TOO_LARGE");
    CHECK(id_of(refused) == "7");
}

TEST_CASE("a_client_that_does_not_read_cannot_keep_the_transport_alive") {
    for (const bool is_stopped : {false, true})
        for (const bool input_ends : {false, true}) {
            if (!is_stopped && !input_ends) continue;
            INFO("stopped: " << is_stopped << ", input ends: " << input_ends);
            world w{{.drain_timeout = std::chrono::milliseconds{50},
                     .stop_grace = std::chrono::milliseconds{100}}};
            w.send(call_message("1", "big:3000000") + "\n" + call_message("2", "hold:a"));
            if (input_ends) w.end_input();
            if (is_stopped) w.transport->stop();
            w.run_unread();
            CHECK(w.loop.tasks.size() == 0);
        }
}

TEST_CASE("while_a_client_does_not_read_nothing_more_is_read_of_it") {
    world w{{.stream_queue_bytes_max = 200'000}};
    constexpr int calls = 40; // of half a megabyte each
    // So long that few of them come in one read; the pipe holds what is not read.
    const std::string blanks(6'000, ' ');
    for (int i = 0; i < 8; ++i)
        w.send_bytes(call_message(std::to_string(i), "big:500000") + blanks + "\n");
    std::string rest;
    for (int i = 8; i < calls; ++i) rest += call_message(std::to_string(i), "big:500000") + "\n";
    w.send_bytes(rest);
    for (int turn = 0; turn < 100; ++turn) w.loop.poll();
    CHECK(w.handler.notes().size() < 12); // the others wait in the pipe
    for (int i = 0; i < calls; ++i) CHECK(id_of(w.read()) == std::to_string(i));
}

TEST_CASE("a_client_that_neither_reads_nor_stays_is_noticed_behind_what_it_sent") {
    world w{{.stream_queue_bytes_max = 200'000,
             .drain_timeout = std::chrono::milliseconds{50},
             .stop_grace = std::chrono::milliseconds{100}}};
    for (int i = 0; i < 40; ++i) w.send(call_message(std::to_string(i), "big:500000"));
    w.end_input();
    w.run_unread();
    CHECK(w.loop.tasks.size() == 0);
}
