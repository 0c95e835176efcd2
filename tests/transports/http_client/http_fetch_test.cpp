// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_fetch.hpp"

#include "tests/support/http_client_world.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

using namespace io_test;

/// A stream in chunks; each waits until the reader has told that it got the one before.
task<> stream_pieces(http_client_world& world, async_event& go_on) {
    const auto connection = co_await world.server.accept();
    co_await connection->read_request();
    co_await connection->send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n");
    co_await go_on.wait();
    co_await connection->send("7\r\ndata: 1\r\n");
    co_await go_on.wait();
    co_await connection->send("2\r\n\n\n\r\n0\r\n\r\n");
}

task<> read_pieces(http_client_world& world, async_event& go_on, std::vector<std::string>& pieces) {
    http_fetch exchange{world.client, world.request()};
    const auto opened = co_await exchange.open();
    if (opened.has_error()) co_return;
    pieces.push_back(exchange.head().media_type());
    for (;;) {
        go_on.notify();
        const auto piece = co_await exchange.read_some();
        pieces.push_back(piece.has_error() ? "error" : *piece);
        if (piece.has_error() || piece->empty()) co_return;
    }
}

/// Opens and reads to the end; the fault of whichever step failed.
task<> read_to_end(http_client_world& world, http_client_request request,
                   std::optional<fault>& failed) {
    http_fetch exchange{world.client, std::move(request)};
    const auto opened = co_await exchange.open();
    if (opened.has_error()) {
        failed = opened.error();
        co_return;
    }
    const auto body = co_await exchange.read_all(1000);
    if (body.has_error()) failed = body.error();
}

task<> send_and_hold(http_client_world& world, std::string bytes) {
    const auto connection = co_await world.server.accept();
    co_await connection->read_request();
    co_await connection->send(std::move(bytes));
    co_await connection->wait_closed();
}

fault failure(http_client_world& world, http_client_request request) {
    std::optional<fault> failed;
    REQUIRE(world.loop.tasks.spawn(read_to_end(world, std::move(request), failed)));
    world.loop.finish();
    REQUIRE(failed.has_value());
    return *failed;
}

task<> read_moved(http_client_world& world, http_client_request request,
                  std::optional<http_url>& moved) {
    http_fetch exchange{world.client, std::move(request)};
    const auto opened = co_await exchange.open();
    auto body = co_await exchange.read_all(1000);
    moved = exchange.moved_to();
    http_response response;
    if (opened.has_value() && body.has_value()) response.body = std::move(*body);
    world.outcome = std::move(response);
}

task<> fetch_with(http_client_world& world, http_client& client, http_client_request request) {
    world.outcome = co_await client.fetch(std::move(request), world.body_bytes_max, world.abort);
}

} // namespace

TEST_CASE("pieces_of_a_stream_are_read_as_they_come") {
    http_client_world world;
    async_event go_on{world.loop.ex()};
    std::vector<std::string> pieces;
    world.serve(stream_pieces(world, go_on));
    REQUIRE(world.loop.tasks.spawn(read_pieces(world, go_on, pieces)));
    world.loop.finish();
    CHECK(pieces == std::vector<std::string>{"text/event-stream", "data: 1", "\n\n", ""});
    CHECK(world.client.idle_connections() == 1);
}

TEST_CASE("broken_body_is_a_lost_connection") {
    http_client_world world;
    world.serve(answer_each(world, {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}));
    const auto failed = failure(world, world.request());
    CHECK(failed.code == errc::connection_lost);
    CHECK(failed.detail.find("in the middle of its answer") != std::string::npos);
}

TEST_CASE("server_that_takes_the_request_and_says_nothing_meets_the_head_timeout") {
    http_client_world world;
    world.serve(send_and_hold(world, ""));
    auto request = world.request();
    request.head_timeout = std::chrono::milliseconds{30};
    CHECK(failure(world, request).code == errc::call_timed_out);
}

TEST_CASE("silence_inside_a_body_meets_the_idle_timeout") {
    http_client_world world;
    world.serve(send_and_hold(world, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
    auto request = world.request();
    request.idle_timeout = std::chrono::milliseconds{30};
    CHECK(failure(world, request).code == errc::call_timed_out);
}

TEST_CASE("coding_that_nobody_asked_for_is_refused_by_its_name") {
    http_client_world world;
    world.serve(
        answer_each(world, {response_text("200 OK", "Content-Encoding: compress\r\n", "x")}));
    const auto failed = failure(world, world.request());
    CHECK(failed.code == errc::bad_http_request);
    CHECK(failed.detail.find("compress") != std::string::npos);
}

TEST_CASE("compressed_answer_that_was_cut_off_is_noticed") {
    http_client_world world;
    world.serve(
        answer_each(world, {response_text("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b")}));
    const auto failed = failure(world, world.request());
    CHECK(failed.code == errc::bad_http_request);
    CHECK(failed.detail.find("cut off") != std::string::npos);
}

TEST_CASE("answer_that_is_no_http_is_refused") {
    http_client_world world;
    world.serve(answer_each(world, {"SSH-2.0-OpenSSH_9.2\r\n\r\n"}));
    CHECK(failure(world, world.request()).code == errc::bad_http_request);
}

TEST_CASE("empty_204_is_a_complete_answer") {
    http_client_world world;
    world.serve(answer_each(world, {"HTTP/1.1 204 No Content\r\n\r\n"}));
    const auto response = world.fetch(world.request());
    REQUIRE(response.has_value());
    CHECK(response->head.status == 204);
    CHECK(world.client.idle_connections() == 1);
}

TEST_CASE("redirects_within_the_origin_are_followed_and_no_others") {
    struct row {
        std::string_view method;
        std::string_view status;
        std::string location;
        bool is_followed;
        bool is_for_good = false;
    };
    const std::vector<row> rows{
        {"POST", "307 X", "/b", true},
        {"POST", "308 X", "/b", true, true},
        {"POST", "307 X", "/mcp/", true, true},
        {"POST", "301 X", "/mcp/", true, true},
        {"POST", "302 X", "/mcp/?a=b", true, true},
        {"POST", "302 X", "/login", false},
        {"POST", "303 X", "/mcp/", false},
        {"POST", "301 X", "/b", false},
        {"GET", "301 X", "/b", true, true},
        {"GET", "302 X", "/b", true},
        {"GET", "303 X", "b", true},
        {"POST", "308 X", "", false},
        {"POST", "308 X", "http://127.0.0.1:1/mcp", false},
        {"POST", "308 X", "https://127.0.0.1/mcp", false},
        {"POST", "308 X", "http://user@127.0.0.1/", false},
        {"POST", "308 X", "ftp://x/", false},
        {"POST", "304 X", "/b", false},
        {"POST", "200 X", "/b", false},
    };
    for (const auto& each : rows) {
        INFO(each.method << " " << each.status << " " << each.location);
        http_client_world world;
        std::string field = each.is_followed ? "" : "Connection: close\r\n";
        if (!each.location.empty()) field += fmt::format("Location: {}\r\n", each.location);
        world.serve(answer_each(
            world, {response_text(each.status, field, "moved"), json_response("there")}));
        auto request = world.request();
        request.method = each.method;
        std::optional<http_url> moved;
        world.serve(read_moved(world, request, moved));
        world.loop.finish();
        REQUIRE(world.outcome);
        REQUIRE(world.outcome->has_value());
        CHECK(((*world.outcome)->body == "there") == each.is_followed);
        CHECK(moved.has_value() == each.is_for_good);
        const auto& last = world.received.back();
        CHECK(last.method == each.method);
        CHECK(world.received.size() == (each.is_followed ? 2 : 1));
    }
}

TEST_CASE("redirects_are_followed_no_more_often_than_the_limit") {
    http_client_options options;
    options.redirects_max = 3;
    http_client_world world{options};
    const auto again = response_text("307 X", "Location: /mcp\r\n", "");
    world.serve(answer_each(world, {again, again, again, again}));
    const auto response = world.fetch(world.request());
    REQUIRE(response.has_value());
    CHECK(response->head.status == 307);
    CHECK(world.received.size() == 4);
}

TEST_CASE("request_to_a_server_behind_a_proxy_has_an_absolute_target") {
    http_client_world world;
    http_client_options options;
    options.proxy = *parse_proxy(fmt::format("http://me:pw@127.0.0.1:{}", world.server.port()));
    http_client through{world.loop.ex(), options};
    world.serve(answer_each(world, {json_response("through")}));
    auto request = world.request();
    request.url = *parse_http_url("http://far.example/mcp?a=b");
    world.serve(fetch_with(world, through, request));
    world.loop.finish();
    REQUIRE(world.outcome);
    REQUIRE(world.outcome->has_value());
    CHECK((*world.outcome)->body == "through");
    const auto& got = world.received.at(0);
    CHECK(got.target == "http://far.example/mcp?a=b");
    CHECK(got.field("host") == "far.example");
    CHECK(got.field("proxy-authorization") == "Basic bWU6cHc=");
    CHECK(got.field("accept-encoding") == "gzip, deflate, br, zstd");
}

TEST_CASE("proxy_that_refuses_a_tunnel_is_named_with_what_it_said") {
    for (const auto& [status, words] :
         {std::pair{"407 Auth", "user and password into `proxy`"}, {"403 No", "HTTP 403"}}) {
        http_client_world world;
        http_client_options options;
        options.proxy = *parse_proxy(fmt::format("me:pw@127.0.0.1:{}", world.server.port()));
        http_client through{world.loop.ex(), options};
        world.serve(answer_each(world, {response_text(status, "", "")}));
        auto request = world.request();
        request.url = *parse_http_url("https://far.example/mcp");
        world.serve(fetch_with(world, through, request));
        world.loop.finish();
        REQUIRE(world.outcome);
        REQUIRE(world.outcome->has_error());
        const auto text = world.outcome->error().detail;
        CHECK(text.find(words) != std::string::npos);
        CHECK(text.find("through the proxy http://127.0.0.1") != std::string::npos);
        CHECK(text.find("pw") == std::string::npos);
        const auto& got = world.received.at(0);
        CHECK(got.method == "CONNECT");
        CHECK(got.target == "far.example:443");
        CHECK(got.field("proxy-authorization") == "Basic bWU6cHc=");
    }
}

} // namespace mcpgw
