#include "transports/disconnect_watch.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

using mcpgw::clock_type;
using mcpgw::disconnect_watch;
using mcpgw::tcp_socket;
using mcpgw::io_test::io_loop;
namespace asio = mcpgw::asio;

namespace {

/// Two ends of a connection over loopback; the watch is on ours.
struct world {
    io_loop loop;
    tcp_socket client{loop.ex()};
    tcp_socket ours{loop.ex()};
    std::unique_ptr<disconnect_watch> watch;
    int gone = 0;

    world() {
        mcpgw::tcp_acceptor acceptor{loop.ex(), {asio::ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        acceptor.accept(ours);
        watch = std::make_unique<disconnect_watch>(ours);
    }
    void start() {
        watch->start([this] { ++gone; });
    }
    void send(std::string_view text) { asio::write(client, asio::buffer(text)); }
    /// Runs the loop until a byte or the end has arrived at our side, and what follows from it.
    void run_until_readable() {
        bool is_readable = false;
        ours.async_wait(tcp_socket::wait_read, [&](auto) { is_readable = true; });
        loop.io.restart();
        const auto deadline = clock_type::now() + mcpgw::io_test::patience;
        while (!is_readable && clock_type::now() < deadline) loop.io.run_one_until(deadline);
        REQUIRE(is_readable);
        loop.poll();
    }
};

} // namespace

TEST_CASE("a_client_that_closes_is_noticed_once") {
    world w;
    w.start();
    w.loop.poll();
    CHECK(w.gone == 0);
    w.client.close();
    w.run_until_readable();
    CHECK(w.gone == 1);
    w.run_until_readable();
    CHECK(w.gone == 1);
}

TEST_CASE("a_connection_that_is_reset_is_noticed") {
    world w;
    w.start();
    w.client.set_option(asio::socket_base::linger{true, 0});
    w.client.close();
    w.run_until_readable();
    CHECK(w.gone == 1);
}

TEST_CASE("a_client_that_sends_its_next_request_is_not_gone") {
    world w;
    w.start();
    w.send("next");
    w.run_until_readable();
    CHECK(w.gone == 0);
    std::array<char, 4> bytes{}; // not taken by the watch
    CHECK(asio::read(w.ours, asio::buffer(bytes)) == 4);
}

TEST_CASE("after_stop_nothing_is_told_and_the_watch_can_start_again") {
    world w;
    w.start();
    w.watch->stop();
    w.send("next");
    w.run_until_readable();
    std::array<char, 4> bytes{};
    asio::read(w.ours, asio::buffer(bytes));
    w.start();
    w.client.close();
    w.run_until_readable();
    CHECK(w.gone == 1);
}

TEST_CASE("a_wait_left_over_from_the_last_request_serves_the_next_one") {
    world w;
    w.start();
    w.loop.poll();
    w.watch->stop(); // the wait on the socket stays
    w.start();
    w.client.close();
    w.run_until_readable();
    CHECK(w.gone == 1);
}

TEST_CASE("the_watch_may_go_before_its_wait_has_ended") {
    world w;
    w.start();
    w.loop.poll();
    w.watch.reset();
    w.client.close();
    w.run_until_readable();
    CHECK(w.gone == 0);
    w.ours.close();
    w.loop.poll();
}
