// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_listener.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace mcpgw::io_test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mcpgw::http_listener;

namespace {

/// Opens a listener at `address` and `port` and closes it again.
std::string opened_at(const std::string& address, std::uint16_t port) {
    mcpgw::asio::io_context io{1};
    recording_handler handler{io.get_executor()};
    mcpgw::logger log{mcpgw::log_level::off};
    mcpgw::http_options options;
    options.address = address;
    options.port = port;
    const http_listener listener{io.get_executor(), options, {}, handler, log};
    CHECK(listener.port() != 0);
    return listener.base_url();
}

} // namespace

TEST_CASE("port_zero_is_replaced_by_the_port_that_was_chosen") {
    CHECK_THAT(opened_at("127.0.0.1", 0),
               ContainsSubstring("http://127.0.0.1:") && !ContainsSubstring("127.0.0.1:0"));
    CHECK_THAT(opened_at("localhost", 0), ContainsSubstring("http://localhost:"));
}

TEST_CASE("an_address_that_cannot_be_used_is_an_error_that_says_what_to_do") {
    const http_world world;
    CHECK_THROWS_MATCHES(opened_at("127.0.0.1", world.port()), std::runtime_error,
                         MessageMatches(ContainsSubstring(std::to_string(world.port())) &&
                                        ContainsSubstring("another program uses this port") &&
                                        ContainsSubstring("--listen")));
    CHECK_THROWS_MATCHES(opened_at("example.com", 0), std::runtime_error,
                         MessageMatches(ContainsSubstring("'example.com' is not an IP address")));
    CHECK_THROWS_AS(opened_at("", 0), std::runtime_error);
    // An address for documentation (RFC 5737), so not one of this machine.
    CHECK_THROWS_MATCHES(opened_at("192.0.2.1", 0), std::runtime_error,
                         MessageMatches(ContainsSubstring("192.0.2.1") &&
                                        ContainsSubstring("this machine has no such address") &&
                                        !ContainsSubstring("another program")));
}

TEST_CASE("only_an_address_in_use_is_blamed_on_another_program") {
    namespace errors = mcpgw::asio::error;
    using mcpgw::listen_hint;
    CHECK_THAT(std::string{listen_hint(errors::address_in_use)},
               ContainsSubstring("another program"));
    CHECK_THAT(std::string{listen_hint(errors::access_denied)}, ContainsSubstring("below 1024"));
    CHECK_THAT(std::string{listen_hint(errors::address_family_not_supported)},
               ContainsSubstring("IPv4"));
    CHECK(listen_hint(errors::no_descriptors).empty());
}

TEST_CASE("a_connection_over_the_limit_is_told_so_and_room_comes_back") {
    http_world world{http_test_options(), {.connections_max = 2}};
    auto first = world.connect();
    auto second = world.connect();
    CHECK(first.ask(modern_post("1", "echo")).status == 200);
    CHECK(second.ask(modern_post("1", "echo")).status == 200);
    auto third = world.connect();
    const auto refused = third.read_answer(); // before it has asked anything
    CHECK(refused.status == 503);
    CHECK(error_name(refused.body) == "TOO_MANY_CONNECTIONS");
    CHECK(refused.field("connection") == "close");
    CHECK(third.is_closed());

    CHECK(first.ask(modern_post("2", "echo").with("Connection", "close")).status == 200);
    CHECK(first.is_closed());
    first.close();
    // The listener notices the end of the first one by itself; how soon is its own business.
    CHECK(world.waits_until([&] { return world.ask(modern_post("3", "echo")).status == 200; }));
    CHECK(second.ask(modern_post("2", "echo")).status == 200);
}

TEST_CASE("sessions_over_the_limit_are_refused_while_all_are_in_use_and_the_others_go_on") {
    http_world world{http_test_options(), {.sessions_max = 2}};
    const auto first = world.open_session();
    const auto second = world.open_session();
    auto listening = world.connect();
    listening.send(session_get(first));
    REQUIRE(listening.read_head().is_stream());
    auto calling = world.connect();
    calling.send(session_post(second, call_message("1", "hold:a")));
    REQUIRE(world.handler.waits_for("held a"));
    const auto refused = world.ask(http_post(initialize_message()));
    CHECK(error_name(refused.body) == "SERVER_BUSY");
    CHECK(refused.body.find("sessions_max") != std::string::npos);
    CHECK(id_of(refused.body) == "\"init\"");
    CHECK(refused.field("mcp-session-id").empty());
    const auto no_stream = world.ask(http_get("/sse"));
    CHECK(no_stream.status == 503); // there is no stream that could say so
    CHECK(no_stream.field("retry-after") == "1");
    CHECK(error_name(no_stream.body) == "SERVER_BUSY");
    CHECK(world.ask(session_post(first, call_message("1", "echo"))).status == 200);

    auto close = http_get("/mcp").with("Mcp-Session-Id", second);
    close.method = "DELETE";
    CHECK(world.ask(close).status == 200);
    CHECK_FALSE(world.open_session().empty());
}

TEST_CASE("a_flood_of_sessions_keeps_nobody_out_and_costs_no_session_that_is_used") {
    http_world world{http_test_options(), {.sessions_max = 50}};
    const auto healthy = world.open_session();
    CHECK(world.ask(session_post(healthy, call_message("1", "echo"))).status == 200);
    CHECK(world.ask(session_post(healthy, call_message("2", "echo"))).status == 200);
    auto flood = world.connect();
    for (int i = 0; i < 500; ++i)
        REQUIRE(flood.ask(http_post(initialize_message())).status == 200);
    CHECK(world.sessions() <= 50);
    CHECK(world.ask(session_post(healthy, call_message("3", "echo"))).status == 200);
    const auto late = world.open_session();
    CHECK(world.ask(session_post(late, call_message("1", "echo"))).status == 200);
}

TEST_CASE("connections_without_a_request_make_room_for_others_the_oldest_first") {
    http_world world{http_test_options(), {.connections_max = 4}};
    auto used = world.connect();
    CHECK(used.ask(modern_post("1", "echo")).status == 200);
    auto silent = world.connect();
    auto slow = world.connect();
    slow.send("POST /mcp HTTP/1.1\r\nHost: 127."); // a head that never ends
    auto calling = world.connect();
    calling.send(modern_post("2", "hold:a"));
    REQUIRE(world.handler.waits_for("held a"));
    // Not before they had a moment to ask; then the two that never asked go, one for each.
    const auto asks = [&] { return world.ask(modern_post("3", "echo")).status == 200; };
    CHECK(world.waits_until(asks));
    INFO("closed: slow " << slow.has_bytes() << ", used " << used.has_bytes());
    CHECK(silent.is_closed());
    auto fifth = world.connect();
    CHECK(fifth.ask(modern_post("4", "echo")).status == 200);
    CHECK(used.ask(modern_post("5", "echo")).status == 200);
    CHECK(world.release("a"));
    CHECK(calling.read_answer().status == 200);
}

TEST_CASE("a_session_that_nobody_uses_expires_by_itself") {
    auto options = http_test_options();
    options.session_timeout = 40ms;
    http_world world{options};
    const auto session = world.open_session();
    CHECK(world.handler.waits_for("closed " + session));
    CHECK(world.sessions() == 0);
    const auto late = world.ask(session_post(session, call_message("1", "echo")));
    CHECK(late.status == 404);
    CHECK(error_name(late.body) == "SESSION_ERROR");
}

TEST_CASE("stop_ends_streams_answers_calls_and_closes_idle_connections") {
    http_world world;
    const auto session = world.open_session();
    auto get_stream = world.connect();
    get_stream.send(http_get("/mcp").with("Mcp-Session-Id", session));
    CHECK(get_stream.read_head().is_stream());
    CHECK(get_stream.read_data().empty()); // the priming event
    auto sse = world.connect();
    sse.send(http_get("/sse"));
    CHECK(sse.read_head().is_stream());
    CHECK(sse.read_event()->event == "endpoint");
    auto legacy = world.connect();
    legacy.send(session_post(session, call_message("1", "hold:legacy")));
    auto modern = world.connect();
    modern.send(modern_post("1", "hold:modern"));
    auto stream = world.connect();
    stream.send(modern_post("1", "flood:1:10:stream"));
    for (const char* note : {"held legacy", "held modern", "held stream"})
        REQUIRE(world.handler.waits_for(note));
    auto idle = world.connect();
    CHECK(idle.ask(modern_post("1", "echo")).status == 200);
    auto half = world.connect();
    half.send("POST /mcp HT");

    const auto begin = mcpgw::clock_type::now();
    CHECK(world.stop());
    CHECK(mcpgw::clock_type::now() - begin < 4s); // in good order, not by the grace time

    CHECK_FALSE(get_stream.read_event().has_value());
    CHECK_FALSE(sse.read_event().has_value());
    CHECK(error_name(legacy.read_answer().body) == "GATEWAY_STOPPING");
    const auto answer = modern.read_answer();
    CHECK(answer.status == 503);
    CHECK(error_name(answer.body) == "GATEWAY_STOPPING");
    CHECK(answer.field("connection") == "close");
    CHECK(stream.read_head().is_stream());
    CHECK(stream.read_data().find("notifications/message") != std::string::npos);
    CHECK(error_name(stream.read_data()) == "GATEWAY_STOPPING");
    CHECK_FALSE(stream.read_event().has_value());
    for (auto* client : {&get_stream, &sse, &legacy, &modern, &stream, &idle, &half})
        CHECK(client->is_closed());
    CHECK(world.handler.count("closed " + session) == 1);
}

TEST_CASE("stop_right_after_the_start_ends_run") {
    http_world world;
    CHECK(world.stop());
}

TEST_CASE("many_clients_at_once_get_their_own_answers") {
    http_world world;
    std::vector<http_client> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(world.connect());
        clients.back().send(modern_post(std::to_string(i), "echo"));
    }
    for (int i = 99; i >= 0; --i)
        CHECK(id_of(clients[static_cast<std::size_t>(i)].read_answer().body) == std::to_string(i));
}
