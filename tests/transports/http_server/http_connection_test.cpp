// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_connection.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace mcpgw::io_test;
using namespace std::chrono_literals;

namespace {

mcpgw::http_options short_deadlines() {
    auto options = http_test_options();
    options.header_timeout = options.body_timeout = 100ms;
    return options;
}

/// A message of exactly that many bytes.
std::string message_of(std::size_t bytes) {
    const auto empty = mcpgw::make_request("1", "ping", R"({"filler":""})");
    auto text = empty;
    text.insert(text.size() - 3, bytes - empty.size(), 'x');
    return text;
}

std::string hidden_request() {
    return modern_post("666", "echo").text();
}

} // namespace

TEST_CASE("pipelined_requests_are_answered_in_their_order") {
    http_world world;
    auto client = world.connect();
    client.send(modern_post("1", "hold:a").text() + modern_post("2", "echo").text() +
                http_get("/healthz").text() + modern_post("3", "echo").text());
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.handler.count("request 2 tools/call") == 0);
    CHECK(world.release("a"));
    CHECK(id_of(client.read_answer().body) == "1");
    CHECK(id_of(client.read_answer().body) == "2");
    CHECK(client.read_answer().body == "ok\n");
    CHECK(id_of(client.read_answer().body) == "3");
}

TEST_CASE("a_request_is_the_same_at_every_split_point") {
    http_world world;
    auto client = world.connect();
    for (const auto& request : {modern_post("1", "echo"), modern_post("1", "echo").chunked()}) {
        const auto text = request.text();
        for (std::size_t split = 1; split < text.size(); ++split) {
            client.send(text.substr(0, split));
            client.send(text.substr(split));
            const auto answer = client.read_answer();
            REQUIRE(answer.status == 200);
            REQUIRE(id_of(answer.body) == "1");
        }
    }
}

TEST_CASE("a_header_that_does_not_arrive_in_time_is_refused_with_408") {
    http_world world{short_deadlines()};
    auto client = world.connect();
    client.send("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
    const auto answer = client.read_answer();
    CHECK(answer.status == 408);
    CHECK(error_name(answer.body) == "REQUEST_TIMEOUT");
    CHECK(answer.field("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("a_body_that_does_not_arrive_in_time_is_refused_with_408") {
    http_world world{short_deadlines()};
    for (const auto& request : {modern_post("1", "echo"), modern_post("1", "echo").chunked()}) {
        auto client = world.connect();
        const auto text = request.text();
        client.send(text.substr(0, text.size() - 1));
        const auto answer = client.read_answer();
        CHECK(answer.status == 408);
        CHECK(error_name(answer.body) == "REQUEST_TIMEOUT");
        CHECK(client.is_closed());
    }
    CHECK(world.handler.notes().empty());
}

TEST_CASE("an_idle_connection_is_closed_without_a_word") {
    auto options = http_test_options();
    options.idle_timeout = 250ms;
    http_world world{options};
    auto client = world.connect();
    CHECK(client.ask(modern_post("1", "echo")).status == 200);
    CHECK(client.is_closed());
    CHECK(world.connect().is_closed());
}

TEST_CASE("a_call_may_take_longer_than_every_deadline_of_its_request") {
    http_world world{short_deadlines()};
    auto client = world.connect();
    client.send(modern_post("1", "hold:a"));
    CHECK(world.handler.waits_for("held a"));
    auto slow = world.connect();
    slow.send("POST");
    CHECK(slow.read_answer().status == 408); // the same time has passed for the call
    CHECK(world.release("a"));
    CHECK(client.read_answer().status == 200);
}

TEST_CASE("a_body_of_20_megabytes_is_refused_with_413_that_the_client_can_read") {
    http_world world; // limit: 16 MiB
    const std::string body(20'000'000, 'x');
    for (const auto& request : {http_post(body), http_post(body).chunked()}) {
        auto client = world.connect();
        CHECK(client.send(request));
        const auto answer = client.read_answer();
        CHECK(answer.status == 413);
        CHECK(error_name(answer.body) == "MESSAGE_TOO_LARGE");
        CHECK(answer.body.starts_with(R"({"jsonrpc":"2.0","error":{"code":-32600,)"));
        CHECK(answer.field("connection") == "close");
        CHECK(client.is_closed());
    }
    CHECK(world.ask(modern_post("1", "echo")).status == 200);
}

TEST_CASE("the_413_arrives_while_the_client_is_still_writing") {
    http_world world{http_test_options(), {.message_bytes_max = 100'000}};
    const std::string part(50'000, 'x');
    auto client = world.connect();
    auto request = http_post("");
    request.has_length = false;
    client.send(std::move(request).with("Content-Length", "5000000").head() + part);
    CHECK(client.read_answer().status == 413);
    for (int sent = 1; sent < 100; ++sent) REQUIRE(client.send(part)); // and is not reset
    CHECK(client.is_closed());

    auto chunked = world.connect();
    const auto chunk = fmt::format("{:x}\r\n{}\r\n", part.size(), part);
    chunked.send(http_post("").chunked().head() + chunk + chunk + chunk);
    CHECK(chunked.read_answer().status == 413);
    for (int sent = 3; sent < 100; ++sent) REQUIRE(chunked.send(chunk));
}

TEST_CASE("a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not") {
    http_world world{http_test_options(), {.message_bytes_max = 1000}};
    const auto session = world.open_session();
    CHECK(world.ask(session_post(session, message_of(1000))).status == 200);
    CHECK(world.ask(session_post(session, message_of(1001))).status == 413);
    CHECK(world.ask(session_post(session, message_of(1000)).chunked()).status == 200);
    CHECK(world.ask(session_post(session, message_of(1001)).chunked()).status == 413);
}

TEST_CASE("a_header_over_the_limit_is_refused") {
    http_world world{http_test_options(), {.header_bytes_max = 2000}};
    CHECK(world.ask(http_get("/healthz").with("X-Long", std::string(1500, 'x'))).status == 200);
    const auto answer = world.ask(http_get("/healthz").with("X-Long", std::string(3000, 'x')));
    CHECK(answer.status == 400);
    CHECK(answer.body.find("header_bytes_max") != std::string::npos);
    // One that never ends is refused as well, and not kept in memory.
    auto client = world.connect();
    client.send("GET /healthz HTTP/1.1\r\nX-Endless: " + std::string(1'000'000, 'x'));
    CHECK(client.read_answer().status == 400);
}

TEST_CASE("a_chunk_head_or_trailer_without_end_is_refused") {
    http_world world;
    for (const std::string start : {"5;extension=", "0\r\nX-Trailer: "}) {
        auto client = world.connect();
        client.send(http_post("").chunked().head() + start + std::string(1'000'000, 'x'));
        CHECK(client.read_answer().status == 400);
    }
}

TEST_CASE("two_ways_to_frame_a_request_are_refused_and_what_hides_in_it_is_not_run") {
    http_world world;
    const std::string host = "Host: 127.0.0.1\r\n";
    const std::vector<std::string> heads{
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + host + "Content-Length: 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: +5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: -5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length : 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "X: a\rContent-Length: 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "X: a\nContent-Length: 5\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "X: a" + std::string(1, '\0') + "b\r\n",
        "POST /mcp HTTP/1.1\r\nContent-Length: 5\r\n", // no Host
        "POST /mcp HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n",
        "POST /mcp HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTrailer: X\r\n",
        "POST /mcp HTTP/2.0\r\n" + host,
        "POST  /mcp HTTP/1.1\r\n" + host,
        "POST /mcp\r\n" + host,
        "\x16\x03\x01\x02 not HTTP at all\r\n",
    };
    for (const auto& head : heads) {
        CAPTURE(head);
        auto client = world.connect();
        client.send(head + "\r\n0\r\n\r\n" + hidden_request());
        const auto answer = client.read_answer();
        CHECK(answer.status == 400);
        CHECK(error_name(answer.body) == "BAD_HTTP_REQUEST");
        CHECK(answer.field("connection") == "close");
        CHECK(client.is_closed());
    }
    CHECK(world.handler.notes().empty());
}

TEST_CASE("a_trailer_cannot_set_a_header") {
    http_world world;
    const auto session = world.open_session();
    auto request = http_post(call_message("1", "echo")).chunked();
    request.body.insert(request.body.size() - 2, "Mcp-Session-Id: " + session + "\r\n");
    CHECK(error_name(world.ask(request).body) == "SESSION_REQUIRED");
}

TEST_CASE("a_folded_line_belongs_to_the_field_before_it") {
    http_world world;
    const auto session = world.open_session();
    const auto request =
        http_post(call_message("1", "echo")).with("X", "a\r\n Mcp-Session-Id: " + session);
    CHECK(error_name(world.ask(request).body) == "SESSION_REQUIRED");
}

TEST_CASE("an_offer_to_upgrade_is_answered_in_http_1") {
    http_world world;
    auto client = world.connect();
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.ask(modern_post("1", "echo")
                                           .with("Connection", "Upgrade, HTTP2-Settings")
                                           .with("Upgrade", "h2c")
                                           .with("HTTP2-Settings", "AAEAAEAAAAIAAAAB"));
        CHECK(answer.status == 200);
        CHECK(answer.field("upgrade").empty());
    }
}

TEST_CASE("foreign_hosts_and_origins_are_refused_with_403") {
    auto options = http_test_options();
    options.access.origins_allowed = {"https://app.example"};
    http_world world{options};
    const auto with = [&](const char* name, const char* value) {
        return world.ask(modern_post("1", "echo").without(name).with(name, value));
    };
    for (const char* host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example"}) {
        const auto answer = with("Host", host);
        CHECK(answer.status == 403);
        CHECK(error_name(answer.body) == "HOST_REFUSED");
        CHECK(answer.field("connection") == "close");
    }
    for (const char* origin : {"https://evil.example", "null", "http://localhost.evil.example"}) {
        const auto answer = with("Origin", origin);
        CHECK(answer.status == 403);
        CHECK(error_name(answer.body) == "ORIGIN_REFUSED");
        CHECK(answer.field("access-control-allow-origin").empty());
    }
    CHECK(world.handler.notes().empty());
    for (const char* origin : {"https://app.example", "http://localhost:3000"}) {
        const auto answer = with("Origin", origin);
        CHECK(answer.status == 200);
        CHECK(answer.field("access-control-allow-origin") == origin);
        CHECK(answer.field("vary") == "Origin");
    }
}

TEST_CASE("a_browsers_preflight_is_answered") {
    http_world world;
    auto request = http_get("/mcp")
                       .with("Origin", "http://localhost:3000")
                       .with("Access-Control-Request-Headers", "mcp-param-region");
    request.method = "OPTIONS";
    const auto answer = world.ask(request);
    CHECK(answer.status == 204);
    CHECK(answer.field("access-control-allow-origin") == "http://localhost:3000");
    CHECK(answer.field("access-control-allow-methods").find("DELETE") != std::string::npos);
    const auto allowed = answer.field("access-control-allow-headers");
    CHECK(allowed.find("Mcp-Session-Id") != std::string::npos);
    CHECK(allowed.find("mcp-param-region") != std::string::npos);
}

TEST_CASE("expect_100_continue_is_told_to_go_on_unless_the_body_is_refused") {
    http_world world{http_test_options(), {.message_bytes_max = 1000}};
    auto client = world.connect();
    const auto request = modern_post("1", "echo").with("Expect", "100-continue");
    client.send(request.head());
    CHECK(client.read_answer().status == 100);
    client.send(request.body);
    CHECK(client.read_answer().status == 200);

    client.send(http_post(std::string(2000, 'x')).with("Expect", "100-continue").head());
    CHECK(client.read_answer().status == 413);
    CHECK(client.is_closed());

    auto old = world.connect();
    auto old_request = modern_post("2", "echo").with("Expect", "100-continue");
    old_request.version = "1.0"; // which does not know the interim reply
    CHECK(old.ask(old_request).status == 200);
}

TEST_CASE("http_1_0_connections_close_unless_they_ask_to_stay") {
    http_world world;
    auto request = modern_post("1", "echo");
    request.version = "1.0";
    auto client = world.connect();
    const auto answer = client.ask(request);
    CHECK(answer.status == 200);
    CHECK(answer.field("connection") == "close");
    CHECK(client.is_closed());

    auto staying = world.connect();
    for (int i = 0; i < 2; ++i) {
        auto keeping = modern_post("1", "echo").with("Connection", "keep-alive");
        keeping.version = "1.0";
        const auto kept = staying.ask(keeping);
        CHECK(kept.status == 200);
        CHECK(kept.field("connection") == "keep-alive");
    }
}

TEST_CASE("http_1_1_connections_stay_unless_they_ask_to_close") {
    http_world world;
    auto client = world.connect();
    CHECK(client.ask(modern_post("1", "echo")).field("connection").empty());
    CHECK(client.ask(http_get("/nowhere")).status == 404);
    CHECK(client.ask(modern_post("1", "echo")).status == 200);
    CHECK(client.ask(modern_post("1", "echo").with("Connection", "close")).status == 200);
    CHECK(client.is_closed());
}

TEST_CASE("head_gets_the_head_only_and_the_connection_stays_in_step") {
    http_world world;
    auto client = world.connect();
    auto request = http_get("/healthz");
    request.method = "HEAD";
    client.send(request.text() + http_get("/healthz").text());
    const auto head = client.read_head();
    CHECK(head.status == 200);
    CHECK(head.field("content-type") == "text/plain");
    CHECK(client.read_answer().body == "ok\n");
}

TEST_CASE("readiness_is_the_handlers_and_liveness_is_our_own") {
    http_world world;
    CHECK(world.ask(http_get("/readyz")).status == 200);
    world.on_loop([&] { world.handler.is_ready = false; });
    const auto answer = world.ask(http_get("/readyz?verbose"));
    CHECK(answer.status == 503);
    CHECK(answer.body == "demo is not running\n");
    CHECK(world.ask(http_get("/healthz")).status == 200);
}

TEST_CASE("an_unknown_path_is_answered_with_the_right_one") {
    http_world world;
    for (const char* path : {"/", "/mcp//", "/mcpx", "/servers//mcp", "/servers/demo", "/MCP"}) {
        CAPTURE(path);
        const auto answer = world.ask(http_get(path));
        CHECK(answer.status == 404);
        CHECK(error_name(answer.body) == "PATH_NOT_FOUND");
        CHECK(answer.body.find("/mcp") != std::string::npos);
    }
}

TEST_CASE("a_client_that_leaves_in_the_middle_of_its_request_harms_nobody") {
    http_world world;
    const auto text = modern_post("1", "echo").text();
    for (std::size_t sent = 0; sent < text.size(); sent += 7) {
        auto client = world.connect();
        client.send(std::string_view{text}.substr(0, sent));
    }
    CHECK(world.ask(modern_post("2", "echo")).status == 200);
    CHECK(world.handler.count("request 1 tools/call") == 0);
}
