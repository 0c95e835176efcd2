// SPDX-License-Identifier: Apache-2.0
#include "transports/stdio/stdio_transport.hpp"

#include "tests/support/stdio_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using mcpgw::client_limits;
using mcpgw::clock_type;
using mcpgw::find_member;
using mcpgw::stdio_transport;
using namespace mcpgw::io_test;

namespace {

using world = stdio_world;

} // namespace

TEST_CASE("both_eras_are_served_on_one_pipe") {
    world w;
    CHECK(w.ask(initialize_message("2025-06-18")) ==
          mcpgw::make_response("\"init\"", R"({"protocolVersion":"2025-06-18"})"));
    CHECK(id_of(w.ask(call_message("1", "echo"))) == "1");
    const auto modern = w.ask(modern_call("\"m\"", "echo"));
    CHECK(id_of(modern) == "\"m\"");
    CHECK(modern.find("2026-07-28") != std::string::npos);
    w.send(mcpgw::make_notification("notifications/initialized", ""));
    CHECK(w.ask(mcpgw::make_request("2", "ping", "")) == mcpgw::make_response("2", "{}"));
    CHECK(w.handler.count("notification notifications/initialized") == 1);
}

TEST_CASE("a_modern_request_with_an_incomplete_or_unknown_claim_is_refused") {
    world w;
    const auto half =
        call_message("1", "echo", R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})");
    CHECK(error_name(w.ask(half)) == "INVALID_PARAMS");
    const auto unknown =
        w.ask(call_message("2", "echo",
                           R"({"io.modelcontextprotocol/protocolVersion":"2099-01-01",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{}})"));
    CHECK(error_name(unknown) == "UNSUPPORTED_PROTOCOL_VERSION");
    CHECK(unknown.find(R"("supported":["2026-07-28")") != std::string::npos);
    CHECK(id_of(unknown) == "2");
    CHECK(w.handler.notes().empty());
}

TEST_CASE("bad_lines_are_answered_and_the_next_line_is_served") {
    world w;
    const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)" +
                             std::string(20'000, '[') + std::string(20'000, ']') + "}}";
    const std::vector<std::pair<std::string, std::string>> cases{
        {"{", "PARSE_ERROR"},
        {"hello", "PARSE_ERROR"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xFF\"}", "PARSE_ERROR"},
        {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "BATCH_NOT_SUPPORTED"},
        {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "INVALID_REQUEST"},
        {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", "INVALID_REQUEST"},
        {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "INVALID_REQUEST"},
        {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})", "INVALID_REQUEST"},
        {deep, "DEPTH_EXCEEDED"},
    };
    for (const auto& [line, name] : cases) {
        CAPTURE(line.substr(0, 80));
        CHECK(error_name(w.ask(line)) == name);
    }
    CHECK(w.ask(mcpgw::make_request("2", "ping", "")) == mcpgw::make_response("2", "{}"));
    CHECK(w.handler.notes().size() == 1);
}

TEST_CASE("blank_lines_are_skipped_and_lines_may_end_in_crlf") {
    world w;
    w.send_bytes("\n\r\n\n  \t\r\n");
    w.send_bytes(mcpgw::make_request("1", "ping", "") + "\r\n");
    CHECK(id_of(w.read()) == "1");
    w.end_input();
    CHECK(w.finish().empty());
}

TEST_CASE("a_byte_order_mark_costs_the_client_nothing") {
    for (const std::string before :
         {"\xEF\xBB\xBF", "\xEF\xBB\xBF ", "\xEF\xBB\xBF\t", "\n\xEF\xBB\xBF"}) {
        world w;
        CHECK(id_of(w.ask(before + initialize_message())) == "\"init\"");
        CHECK(id_of(w.ask(before + modern_call("1", "echo"))) == "1");
    }
}

TEST_CASE("a_client_that_frames_by_content_length_is_told_so") {
    world w;
    for (const std::string line :
         {"Content-Length: 90\r", "content-length:90", "CONTENT-LENGTH : 1"}) {
        const auto told = w.ask(line);
        CHECK(error_name(told) == "PARSE_ERROR");
        if (line.find(" :") == std::string::npos)
            CHECK(told.find("one message a line") != std::string::npos);
    }
    CHECK(id_of(w.ask(mcpgw::make_request("2", "ping", ""))) == "2");
}

TEST_CASE("lines_that_somebody_else_has_read_come_first") {
    world w{{}, initialize_message() + "\n\n" + call_message("1", "echo") + "\n"};
    CHECK(id_of(w.read()) == "\"init\"");
    CHECK(id_of(w.read()) == "1");
    CHECK(id_of(w.ask(call_message("2", "echo"))) == "2");
}

TEST_CASE("a_message_that_arrives_byte_by_byte_is_one_message") {
    world w;
    const auto line = call_message("1", "echo") + "\n";
    for (const char c : line) w.send_bytes(std::string(1, c));
    CHECK(id_of(w.read()) == "1");
    CHECK(w.handler.texts() == std::vector{call_message("1", "echo")});
}

TEST_CASE("a_carriage_return_between_tokens_does_not_reach_the_handler") {
    world w;
    CHECK(id_of(w.ask("{\"jsonrpc\":\"2.0\",\r\"id\":1,\r\"method\":\"ping\"}")) == "1");
    CHECK(w.handler.texts().front() == R"({"jsonrpc":"2.0", "id":1, "method":"ping"})");
}

TEST_CASE("a_cancelled_request_is_aborted_without_an_answer_and_its_id_is_free_again") {
    world w;
    w.send(call_message("1", "hold:a"));
    w.send(cancel_message("1"));
    w.send(cancel_message("1"));   // has ended already
    w.send(cancel_message("999")); // never was
    CHECK(id_of(w.ask(call_message("1", "echo"))) == "1");
    CHECK(w.handler.count("aborted a CANCELLED") == 1);
    w.end_input();
    CHECK(w.finish().empty());
}

TEST_CASE("a_modern_request_is_cancelled_by_a_notification_and_nothing_more_is_said_of_it") {
    world w;
    w.send(call_message("1", "hold:legacy"));
    w.send(modern_call("\"m\"", "steps:2:a"));
    w.send(cancel_message("\"m\""));
    CHECK(w.handler.count("aborted a1 CANCELLED") == 1);
    CHECK(id_of(w.ask(modern_call("\"m\"", "echo"))) == "\"m\""); // free again
    w.handler.release("legacy");
    CHECK(id_of(w.read()) == "1");
    w.end_input();
    CHECK(w.finish().empty());
}

TEST_CASE("discover_is_modern_before_and_after_initialize") {
    world w;
    const auto discover = mcpgw::make_request("\"d\"", "server/discover",
                                              fmt::format(R"({{"_meta":{}}})", modern_meta));
    CHECK(w.ask(discover) == mcpgw::make_response("\"d\"", R"({"discovered":"modern"})"));
    CHECK(id_of(w.ask(initialize_message("2025-06-18"))) == "\"init\"");
    CHECK(w.ask(discover) == mcpgw::make_response("\"d\"", R"({"discovered":"modern"})"));
    CHECK(error_name(w.ask(mcpgw::make_request("1", "server/discover", ""))) == "INVALID_PARAMS");
}

TEST_CASE("a_batch_is_served_after_2025_03_26_was_negotiated_and_refused_otherwise") {
    const auto batch = "[" + call_message("1", "hold:a") + "," +
                       mcpgw::make_notification("notifications/initialized", "") + ",7," +
                       call_message("2", "echo") + "," + call_message("3", "hold:c") + "]";
    world w;
    CHECK(error_name(w.ask(batch)) == "BATCH_NOT_SUPPORTED");
    w.ask(initialize_message("2025-03-26"));
    w.send(batch);
    CHECK(w.handler.count("notification notifications/initialized") == 1);
    w.send(cancel_message("3")); // gets no answer
    w.handler.release("a");
    const auto answers = w.read();
    CHECK(answers.starts_with("[{"));
    CHECK(mcpgw::check_json(answers).has_value());
    for (const char* id : {R"("id":1)", R"("id":2)", "INVALID_REQUEST"})
        CHECK(answers.find(id) != std::string::npos);
    CHECK(answers.find(R"("id":3)") == std::string::npos);
    CHECK(error_name(w.ask("[]")) == "INVALID_REQUEST");
    w.ask(initialize_message("2025-06-18"));
    CHECK(error_name(w.ask(batch)) == "BATCH_NOT_SUPPORTED");
    w.end_input();
    CHECK(w.finish().empty());
}

TEST_CASE("a_longest_message_that_is_changed_holds_for_the_next_one") {
    client_limits limits;
    stdio_world world{limits};
    limits.message_bytes_max = 2'000;
    world.transport->set_limits(limits);
    world.send(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"); // read with the limit of before
    world.read();
    world.send(R"({"jsonrpc":"2.0","id":2,"method":"ping","params":{"x":")" +
               std::string(3'000, 'x') + "\"}}");
    CHECK(world.read().find("2000 bytes") != std::string::npos);
}

TEST_CASE("an_id_in_flight_is_refused_on_stdio_too") {
    world w;
    w.send(call_message("1", "hold:a"));
    CHECK(error_name(w.ask(modern_call("1", "echo"))) == "INVALID_REQUEST");
    w.handler.release("a");
    CHECK(w.read().find("released") != std::string::npos);
}

TEST_CASE("requests_over_the_limit_are_refused_at_once") {
    world w{{.requests_per_session_max = 2}};
    w.send(call_message("1", "hold:a"));
    w.send(call_message("2", "hold:b"));
    const auto refused = w.ask(call_message("3", "echo"));
    CHECK(error_name(refused) == "SERVER_BUSY");
    CHECK(id_of(refused) == "3");
    w.handler.release("b");
    CHECK(id_of(w.read()) == "2");
    CHECK(id_of(w.ask(call_message("3", "echo"))) == "3");
    w.handler.release("a");
}

TEST_CASE("progress_comes_before_the_answer_and_questions_are_answered_on_the_pipe") {
    world w;
    w.send(progress_call("1", "progress:2:a", "\"t\""));
    CHECK(w.read().find(R"("progressToken":"t","progress":1)") != std::string::npos);
    CHECK(w.read().find(R"("progressToken":"t","progress":2)") != std::string::npos);
    w.handler.release("a");
    CHECK(id_of(w.read()) == "1");

    const auto asked = w.ask(call_message("2", "ask"));
    CHECK(find_member(asked, "method") == "\"elicitation/create\"");
    const auto answered = w.ask(mcpgw::make_response(id_of(asked), R"({"action":"decline"})"));
    CHECK(answered == mcpgw::make_response("2", R"({"action":"decline"})"));
}

TEST_CASE("end_of_input_lets_requests_in_flight_be_answered") {
    world w;
    w.send(call_message("1", "hold:a"));
    w.loop.poll();
    w.end_input();
    w.loop.poll();
    CHECK(w.loop.tasks.size() == 1); // still running
    w.handler.release("a");
    CHECK(w.finish().find(R"("released":"a")") != std::string::npos);
    CHECK(w.handler.count("closed stdio") == 1);
}

TEST_CASE("requests_that_outlast_the_drain_time_are_aborted_and_answered") {
    world w{{.drain_timeout = std::chrono::milliseconds{20}}};
    w.send(call_message("1", "hold:a"));
    w.end_input();
    CHECK(error_name(w.finish()) == "GATEWAY_STOPPING");
}

TEST_CASE("a_last_line_without_a_newline_is_served") {
    world w;
    w.send_bytes(call_message("1", "echo"));
    w.end_input();
    CHECK(id_of(w.finish()) == "1");
}

TEST_CASE("an_unfinished_message_at_the_end_is_an_error") {
    world w;
    const auto whole = call_message("1", "echo");
    w.send_bytes(std::string_view{whole}.substr(0, whole.size() - 1));
    w.end_input();
    CHECK(error_name(w.finish()) == "PARSE_ERROR");
    CHECK(w.handler.count("request 1 tools/call") == 0);
}

TEST_CASE("a_client_that_closes_our_output_ends_the_transport") {
    world w;
    w.send(call_message("1", "hold:a"));
    w.loop.poll();
    ::close(w.out[0]);
    w.out[0] = ::open("/dev/null", O_RDONLY | O_NONBLOCK);
    w.send(call_message("2", "echo"));
    w.finish(); // although the input stays open
    CHECK(w.handler.count("aborted a GATEWAY_STOPPING") == 1);
    CHECK(w.handler.count("closed stdio") == 1);
}

TEST_CASE("stop_answers_what_is_in_flight_and_ends") {
    world w;
    w.send(call_message("1", "hold:a"));
    w.loop.poll();
    w.transport->stop();
    w.transport->stop();
    CHECK(error_name(w.finish()) == "GATEWAY_STOPPING");
}

TEST_CASE("a_client_that_does_not_read_loses_notifications_but_no_answer") {
    world w{{.stream_queue_bytes_max = 200'000}};
    w.send(call_message("1", "flood:5000:1000"));
    w.send(call_message("2", "big:1000000"));
    w.loop.poll();
    std::size_t notifications = 0;
    std::string line = w.read();
    for (; id_of(line).empty(); line = w.read()) ++notifications;
    CHECK(id_of(line) == "1");
    CHECK(notifications > 0);
    CHECK(notifications < 5000);
    const auto big = w.read();
    CHECK(id_of(big) == "2");
    CHECK(big.size() > 1'000'000);
}

TEST_CASE("descriptors_get_their_blocking_mode_back") {
    world w;
    w.loop.poll();
    CHECK((::fcntl(w.in[0], F_GETFL) & O_NONBLOCK) != 0);
    w.end_input();
    w.finish();
    w.transport.reset();
    CHECK((::fcntl(w.in[0], F_GETFL) & O_NONBLOCK) == 0);
    CHECK((::fcntl(w.out[1], F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("input_and_output_may_be_regular_files") {
    io_loop loop;
    recording_handler handler{loop.ex()};
    mcpgw::logger log{mcpgw::log_level::off};
    std::FILE* const input = std::tmpfile();
    std::FILE* const output = std::tmpfile();
    REQUIRE(input != nullptr);
    REQUIRE(output != nullptr);
    const auto text = call_message("1", "echo") + "\n" + call_message("2", "echo") + "\n";
    REQUIRE(std::fwrite(text.data(), 1, text.size(), input) == text.size());
    std::rewind(input);
    {
        stdio_transport transport{loop.ex(), ::fileno(input), ::fileno(output), {}, handler, log};
        loop.run(transport.run());
    }
    std::rewind(output);
    std::array<char, 10'000> bytes{};
    const auto n = std::fread(bytes.data(), 1, bytes.size(), output);
    const std::string_view written{bytes.data(), n};
    CHECK(std::ranges::count(written, '\n') == 2);
    CHECK(id_of(written) == "1");
    std::fclose(input);
    std::fclose(output);
}
