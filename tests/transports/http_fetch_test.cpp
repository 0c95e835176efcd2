#include "transports/http_fetch.hpp"

#include "tests/support/http_client_world.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

using namespace io_test;

/// A stream in chunks; each waits until the reader has told that it got the one before.
task<> stream_pieces(http_client_world& world, wake_up& go_on) {
    const auto connection = co_await world.server.accept();
    co_await connection->read_request();
    co_await connection->send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n");
    co_await go_on.wait();
    co_await connection->send("7\r\ndata: 1\r\n");
    co_await go_on.wait();
    co_await connection->send("2\r\n\n\n\r\n0\r\n\r\n");
}

task<> read_pieces(http_client_world& world, wake_up& go_on, std::vector<std::string>& pieces) {
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

} // namespace

TEST_CASE("pieces_of_a_stream_are_read_as_they_come") {
    http_client_world world;
    wake_up go_on{world.loop.ex()};
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

TEST_CASE("compressed_answer_that_nobody_asked_for_is_refused") {
    http_client_world world;
    world.serve(
        answer_each(world, {response_text("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b")}));
    const auto failed = failure(world, world.request());
    CHECK(failed.code == errc::bad_http_request);
    CHECK(failed.detail.find("gzip") != std::string::npos);
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

} // namespace mcpgw
