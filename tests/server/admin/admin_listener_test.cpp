// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_listener.hpp"

#include "tests/support/fake_admin_actions.hpp"
#include "tests/support/io_loop.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <vector>

using namespace mcpgw;
using mcpgw::io_test::io_loop;

namespace {

constexpr std::string_view token = "0123456789abcdef";

template <class Socket, class Endpoint>
task<> exchange(Socket& socket, Endpoint there, std::string request, std::string& reply) {
    const auto [connected] = co_await socket.async_connect(there, nothrow);
    if (connected) co_return;
    const auto [sent, count] = co_await asio::async_write(socket, asio::buffer(request), nothrow);
    std::vector<char> bytes(1U << 16U);
    for (bool is_open = !sent; is_open;) {
        const auto [ec, size] = co_await socket.async_read_some(asio::buffer(bytes), nothrow);
        reply.append(bytes.data(), size);
        is_open = !ec;
    }
}

class listening {
public:
    explicit listening(admin_limits limits = {}, admin_options options = {})
        : listener(loop.ex(), options, limits, actions, log_) {
        REQUIRE_FALSE(listener.open_socket(path, false).has_error());
        if (!options.address.empty()) REQUIRE_FALSE(listener.open_tcp().has_error());
        REQUIRE(loop.tasks.spawn(listener.run()));
    }
    ~listening() {
        listener.stop();
        loop.finish();
        CHECK_FALSE(std::filesystem::exists(path));
    }
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;

    /// All bytes of the reply, up to the end of the connection.
    std::string send(std::string request) {
        std::string reply;
        local_socket socket{loop.ex()};
        task_group one{loop.ex(), 1};
        one.spawn(exchange(socket, local_protocol::endpoint{path}, std::move(request), reply));
        wait_for(one);
        return reply;
    }
    std::string send_tcp(std::string request) {
        std::string reply;
        tcp_socket socket{loop.ex()};
        task_group one{loop.ex(), 1};
        const asio::ip::tcp::endpoint there{asio::ip::address_v4::loopback(), listener.port()};
        one.spawn(exchange(socket, there, std::move(request), reply));
        wait_for(one);
        return reply;
    }
    void wait_for(task_group& group) {
        const auto deadline = clock_type::now() + io_test::patience;
        loop.io.restart();
        while (group.size() > 0 && clock_type::now() < deadline) loop.io.run_one_until(deadline);
        REQUIRE(group.size() == 0);
    }

    io_loop loop;
    temporary_directory place;
    std::string path = place.str() + "/a.sock";
    fake_admin_actions actions{loop.ex()};

private:
    logger log_{log_level::off};

public:
    admin_listener listener;
};

std::string get(std::string_view target, std::string_view fields = "Connection: close\r\n") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, fields);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a_request_over_the_socket_is_answered") {
    listening here;
    const auto reply = here.send(get("/v1/status"));
    CHECK(reply.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(reply, "Content-Type: application/json\r\n"));
    CHECK(reply.ends_with("\r\n\r\n{\"asked\":\"status\"}\n"));
}

TEST_CASE("several_requests_of_one_connection_are_answered_in_their_order") {
    listening here;
    const auto reply = here.send(get("/v1/flags", "") + get("/v1/none", "") + get("/v1/views"));
    CHECK(has(reply, R"({"asked":"flags"})"));
    CHECK(has(reply, "404 Not Found"));
    CHECK(reply.ends_with("{\"asked\":\"views\"}\n"));
}

TEST_CASE("what_is_too_long_or_no_http_is_refused_and_the_next_one_served") {
    admin_limits limits;
    limits.header_bytes_max = 1024;
    limits.body_bytes_max = 100;
    listening here{limits};
    const auto post = [](std::size_t size) {
        return fmt::format("POST /v1/servers HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                           "application/json\r\nContent-Length: {}\r\n\r\n{}",
                           size, std::string(size, 'x'));
    };
    CHECK(has(here.send(post(101)), "BODY_TOO_LARGE"));
    CHECK(has(here.send(get("/v1/status", "X: " + std::string(2000, 'x') + "\r\n")),
              "400 Bad Request"));
    CHECK(has(here.send("no http at all\r\n\r\n"), "400 Bad Request"));
    CHECK(has(here.send(get("/v1/status")), "200 OK"));
}

TEST_CASE("over_tcp_the_token_is_asked_for") {
    admin_options options;
    options.address = "127.0.0.1";
    options.token = token;
    listening here{{}, options};
    CHECK(has(here.send_tcp(get("/v1/status")), "401 Unauthorized"));
    const auto good = fmt::format("Authorization: Bearer {}\r\nConnection: close\r\n", token);
    CHECK(has(here.send_tcp(get("/v1/status", good)), "200 OK"));
    CHECK(has(here.send(get("/v1/status")), "200 OK")); // over the socket it is not
    CHECK(here.actions.asked.size() == 2);
}

TEST_CASE("one_that_says_nothing_is_ended") {
    admin_limits limits;
    limits.idle_timeout = std::chrono::milliseconds{1};
    listening here{limits};
    CHECK(here.send("").empty());
}

TEST_CASE("one_whose_request_does_not_arrive_is_ended") {
    admin_limits limits;
    limits.request_timeout = std::chrono::milliseconds{1};
    listening here{limits};
    const auto reply = here.send("POST /v1/servers HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                 "application/json\r\nContent-Length: 10\r\n\r\n{");
    CHECK(reply.empty());
    CHECK(here.actions.asked.empty());
}

TEST_CASE("an_action_hears_that_the_gateway_stops_and_is_answered") {
    listening here;
    here.actions.is_waiting = true;
    std::string reply;
    local_socket socket{here.loop.ex()};
    task_group one{here.loop.ex(), 1};
    one.spawn(exchange(socket, local_protocol::endpoint{here.path},
                       "POST /v1/reload HTTP/1.1\r\nHost: localhost\r\n\r\n", reply));
    for (int i = 0; i < 100; ++i) here.loop.poll();
    here.listener.stop();
    here.wait_for(one);
    CHECK(has(reply, "503 Service Unavailable"));
    CHECK(has(reply, "GATEWAY_STOPPING"));
}

TEST_CASE("beyond_the_most_connections_the_next_one_is_closed") {
    admin_limits limits;
    limits.connections_max = 1;
    listening here{limits};
    local_socket idle{here.loop.ex()};
    idle.connect(local_protocol::endpoint{here.path});
    for (int i = 0; i < 100; ++i) here.loop.poll();
    CHECK(here.send(get("/v1/status")).empty());
    idle.close();
    for (int i = 0; i < 100; ++i) here.loop.poll();
    CHECK(has(here.send(get("/v1/status")), "200 OK"));
}
