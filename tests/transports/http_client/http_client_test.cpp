// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_client.hpp"

#include "tests/support/http_client_world.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

using namespace io_test;

/// Two requests and answers on one connection, then it closes while the client keeps it.
task<> close_after_first(http_client_world& world) {
    const auto connection = co_await world.server.accept();
    world.received.push_back(co_await connection->read_request());
    co_await connection->send(json_response("1"));
    // The next request is read and never answered: the client cannot tell that from a close
    // that met its request.
    world.received.push_back(co_await connection->read_request());
    connection->close();
    const auto second = co_await world.server.accept();
    if (second == nullptr) co_return;
    world.received.push_back(co_await second->read_request());
    co_await second->send(json_response("2"));
}

task<> answer_over_tls(http_client_world& world, tls_context& context) {
    const auto connection = co_await world.server.accept();
    const bool is_secured = co_await connection->start_tls(context);
    if (!is_secured) co_return;
    for (int i = 0; i < 2; ++i) {
        world.received.push_back(co_await connection->read_request());
        co_await connection->send(json_response("[1]"));
    }
}

task<> accept_and_say_nothing(http_client_world& world) {
    const auto connection = co_await world.server.accept();
    co_await connection->wait_closed();
}

task<> accept_and_wait(http_client_world& world) {
    const auto connection = co_await world.server.accept();
    world.received.push_back(co_await connection->read_request());
    if (world.abort.reason() == std::nullopt) world.abort.abort({errc::call_cancelled, "enough"});
    co_await connection->wait_closed();
}

http_client_options trusting(const test_ca& ca) {
    http_client_options options;
    options.tls.ca_file = ca.path();
    return options;
}

/// Answers one request, closes the connection when the next is there but not read, and answers on
/// another one.
task<> close_unread(http_client_world& world) {
    auto connection = co_await world.server.accept();
    for (const auto* const answer : {"1", "2"}) {
        auto request = co_await connection->read_request();
        world.received.push_back(std::move(request));
        co_await connection->send(json_response(answer));
        if (std::string_view{answer} == "2") co_return;
        co_await connection->wait_readable();
        connection->close();
        connection = co_await world.server.accept();
    }
}

} // namespace

TEST_CASE("request_carries_host_length_and_fields") {
    http_client_world world;
    world.serve(answer_each(world, {json_response("{}")}));
    auto request = world.request("{\"a\":1}");
    request.url.target = "/a?b=c";
    request.fields = {{"Accept", "text/plain"}};
    const auto response = world.fetch(request);
    REQUIRE(response.has_value());
    CHECK(response->body == "{}");
    CHECK(response->head.media_type() == "application/json");
    const auto& got = world.received.at(0);
    CHECK(got.method == "POST");
    CHECK(got.target == "/a?b=c");
    CHECK(got.field("host") == request.url.authority());
    CHECK(got.field("content-length") == "7");
    CHECK(got.field("accept") == "text/plain");
    CHECK(got.field("accept-encoding").starts_with("identity, gzip;q=0.5"));
    CHECK(got.body == "{\"a\":1}");
}

TEST_CASE("kept_connection_is_used_for_the_next_request") {
    http_client_world world;
    world.serve(answer_each(world, {json_response("1"), json_response("2")}));
    world.start(world.request());
    world.loop.io.restart();
    while (!world.outcome) world.loop.io.run_one();
    CHECK((*world.outcome)->body == "1");
    CHECK(world.client.idle_connections() == 1);
    const auto second = world.fetch(world.request());
    REQUIRE(second.has_value());
    CHECK(second->body == "2");
}

TEST_CASE("stale_kept_connection_is_replaced_for_a_repeatable_request") {
    http_client_world world;
    world.serve(close_after_first(world));
    world.start(world.request());
    while (!world.outcome) world.loop.io.run_one();
    auto request = world.request();
    request.is_repeatable = true;
    const auto second = world.fetch(request);
    REQUIRE(second.has_value());
    CHECK(second->body == "2");
    CHECK(world.received.size() == 3);
}

TEST_CASE("request_that_must_not_run_twice_is_not_sent_again") {
    http_client_world world;
    world.serve(close_after_first(world));
    world.start(world.request());
    while (!world.outcome) world.loop.io.run_one();
    world.outcome.reset();
    world.start(world.request());
    while (!world.outcome) world.loop.io.run_one();
    REQUIRE(world.outcome->has_error());
    CHECK(world.outcome->error().code == errc::connection_lost);
    world.server.close();
    world.loop.finish();
    CHECK(world.received.size() == 2);
}

TEST_CASE("request_that_the_server_closed_without_reading_is_sent_again_on_a_new_connection") {
    http_client_world world;
    world.serve(close_unread(world));
    world.start(world.request("one"));
    while (!world.outcome) world.loop.io.run_one();
    const auto second = world.fetch(world.request("two")); // not repeatable
    INFO((second.has_error() ? second.error().message() : ""));
    REQUIRE(second.has_value());
    CHECK(second->body == "2");
    REQUIRE(world.received.size() == 2);
    CHECK(world.received.at(1).body == "two");
}

TEST_CASE("nobody_listening_is_a_lost_connection_that_names_the_place") {
    http_client_world world;
    const auto request = world.request();
    world.server.close();
    const auto response = world.fetch(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connection_lost);
    CHECK(response.error().detail.find(request.url.origin()) != std::string::npos);
    CHECK(response.error().detail.find("refused") != std::string::npos);
}

TEST_CASE("abort_closes_the_connection_and_gives_its_reason") {
    http_client_world world;
    world.serve(accept_and_wait(world));
    const auto response = world.fetch(world.request());
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::call_cancelled);
    CHECK(response.error().detail == "enough");
    CHECK(world.client.idle_connections() == 0);
}

TEST_CASE("deadline_of_a_fetch_ends_it") {
    http_client_world world;
    world.serve(accept_and_say_nothing(world));
    auto request = world.request();
    request.deadline = clock_type::now() + std::chrono::milliseconds{50};
    const auto late = world.fetch(request);
    REQUIRE(late.has_error());
    CHECK(late.error().code == errc::call_timed_out);
}

TEST_CASE("fetch_that_nobody_wants_any_more_is_not_begun") {
    http_client_world world;
    world.abort.abort({errc::call_cancelled});
    const auto aborted = world.fetch(world.request());
    REQUIRE(aborted.has_error());
    CHECK(aborted.error().code == errc::call_cancelled);
}

TEST_CASE("body_over_the_limit_is_refused") {
    http_client_world world;
    world.body_bytes_max = 10;
    world.serve(answer_each(world, {json_response("\"0123456789\"")}));
    const auto response = world.fetch(world.request());
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::message_too_large);
}

TEST_CASE("connections_in_use_are_limited") {
    http_client_options options;
    options.connections_max = 0;
    http_client_world world{options};
    const auto response = world.fetch(world.request());
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::server_busy);
}

TEST_CASE("connection_that_the_server_will_not_keep_is_not_kept") {
    http_client_world world;
    world.serve(answer_each(world, {response_text("200 OK", "Connection: close\r\n", "x")}));
    REQUIRE(world.fetch(world.request()).has_value());
    CHECK(world.client.idle_connections() == 0);
    world.serve(answer_each(world, {response_text("200 OK", "Keep-Alive: timeout=1\r\n", "x")}));
    REQUIRE(world.fetch(world.request()).has_value());
    CHECK(world.client.idle_connections() == 0);
}

TEST_CASE("tls_with_a_named_ca_works_and_the_connection_is_kept") {
    test_ca ca;
    http_client_world world{trusting(ca)};
    const auto context = ca.make_server_context("IP:127.0.0.1");
    world.serve(answer_over_tls(world, *context));
    auto request = world.request();
    request.url.is_tls = true;
    world.start(request);
    while (!world.outcome) world.loop.io.run_one();
    REQUIRE(world.outcome->has_value());
    const auto second = world.fetch(request);
    REQUIRE(second.has_value());
    CHECK(second->body == "[1]");
    CHECK(world.received.size() == 2);
}

TEST_CASE("certificate_for_another_host_is_refused") {
    test_ca ca;
    http_client_world world{trusting(ca)};
    const auto context = ca.make_server_context("DNS:elsewhere.example");
    world.serve(answer_over_tls(world, *context));
    auto request = world.request();
    request.url.is_tls = true;
    const auto response = world.fetch(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::server_failed);
    CHECK(response.error().detail.find("mismatch") != std::string::npos);
    CHECK(world.received.empty());
}

TEST_CASE("certificate_of_an_unknown_ca_is_refused_and_the_text_says_what_to_do") {
    test_ca ca;
    test_ca other;
    http_client_world world{trusting(other)};
    const auto context = ca.make_server_context("IP:127.0.0.1");
    world.serve(answer_over_tls(world, *context));
    auto request = world.request();
    request.url.is_tls = true;
    const auto response = world.fetch(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::server_failed);
    CHECK(response.error().detail.find("ca_file") != std::string::npos);
    CHECK(world.received.empty());
}

TEST_CASE("name_is_looked_up_once_however_many_want_it") {
    http_client_world world;
    auto url = world.url("/");
    url.host = "localhost";
    const auto first = world.client.start_lookup(url);
    CHECK(world.client.start_lookup(url) == first);
    url.port = 1;
    CHECK(world.client.start_lookup(url) != first);
}

TEST_CASE("names_are_resolved_and_every_address_is_tried") {
    http_client_world world;
    world.serve(answer_each(world, {json_response("{}")}));
    auto request = world.request();
    request.url.host = "localhost"; // ::1 first on many machines, where nobody listens
    CHECK(world.fetch(request).has_value());
}

} // namespace mcpgw
