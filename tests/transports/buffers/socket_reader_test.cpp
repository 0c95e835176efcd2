// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/socket_reader.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <string_view>

using mcpgw::socket_reader;
using mcpgw::task;
using mcpgw::tcp_socket;
using mcpgw::io_test::io_loop;
using mcpgw::io_test::patience;
namespace asio = mcpgw::asio;

namespace {

using error_code = boost::system::error_code;

/// Two ends of a connection over loopback; the reader is on ours.
struct world {
    io_loop loop;
    tcp_socket client{loop.ex()};
    tcp_socket ours{loop.ex()};
    std::unique_ptr<socket_reader> reader;
    int gone = 0;

    explicit world(std::size_t unread_bytes_max = 100'000) {
        mcpgw::tcp_acceptor acceptor{loop.ex(), {asio::ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        acceptor.accept(ours);
        reader = std::make_unique<socket_reader>(ours, unread_bytes_max);
    }
    void watch() {
        reader->watch([this] { ++gone; });
    }
    void send(std::string_view text) { asio::write(client, asio::buffer(text)); }
    [[nodiscard]] std::string_view held() const { return reader->data(); }
    void read_at_least(std::size_t bytes);
    template <class Condition>
    void run_until(Condition condition) {
        loop.io.restart();
        const auto deadline = mcpgw::clock_type::now() + patience;
        while (!condition() && mcpgw::clock_type::now() < deadline) loop.io.run_one_until(deadline);
        REQUIRE(condition());
    }
};

task<> read_more(socket_reader& reader, error_code& outcome) {
    const auto ec = co_await reader.read_more();
    outcome = ec;
}

task<> read_at_least(socket_reader& reader, std::size_t bytes, error_code& outcome) {
    outcome = {};
    while (reader.is_reading()) co_await reader.arrived();
    while (reader.data().size() < bytes) {
        reader.begin_toward(bytes);
        while (reader.is_reading()) co_await reader.arrived();
        outcome = reader.error();
        if (outcome) break;
    }
}

void world::read_at_least(std::size_t bytes) {
    error_code ec;
    loop.run(::read_at_least(*reader, bytes, ec));
    REQUIRE_FALSE(ec);
    REQUIRE(reader->data().size() >= bytes);
}

constexpr auto long_bytes = mcpgw::shared_text::long_bytes;

} // namespace

TEST_CASE("bytes_that_came_stay_until_they_are_consumed") {
    world w;
    error_code ec;
    w.send("head");
    w.loop.run(read_more(*w.reader, ec));
    CHECK_FALSE(ec);
    CHECK(w.held() == "head");
    w.reader->consume(2);
    w.send("+body");
    w.loop.run(read_more(*w.reader, ec));
    CHECK(w.held() == "ad+body");
    w.reader->consume(7);
    CHECK(w.reader->empty());
}

TEST_CASE("a_body_is_read_from_what_came_already_and_from_what_comes") {
    world w;
    error_code ec;
    w.send("0123");
    w.loop.run(read_more(*w.reader, ec));
    w.send("4567next");
    w.read_at_least(8);
    CHECK(w.reader->take(8) == "01234567");
    w.loop.run(read_more(*w.reader, ec));
    CHECK_FALSE(ec);
    CHECK(w.held() == "next");
}

TEST_CASE("a_body_that_the_watch_has_begun_to_read_is_whole") {
    world w;
    w.watch();
    w.send("01234567more");
    w.read_at_least(8);
    CHECK(w.reader->take(8) == "01234567");
    CHECK(w.held() == "more");
    CHECK(w.gone == 0);
}

TEST_CASE("a_short_text_does_not_keep_the_memory_that_it_was_read_into") {
    world w;
    error_code ec;
    w.send("0123");
    w.loop.run(read_more(*w.reader, ec));
    const auto* const at = w.held().data();
    const auto text = w.reader->take(4);
    CHECK(text.view().data() != at);
    CHECK(text == "0123");
}

TEST_CASE("a_long_text_stays_where_it_was_read_while_more_comes") {
    world w;
    const std::string first(3 * long_bytes, 'a');
    const std::string second(3 * long_bytes, 'b');
    w.send(first + "next");
    w.read_at_least(first.size());
    const auto* const at = w.held().data();
    const auto one = w.reader->take(first.size());
    CHECK(one.view().data() == at);
    CHECK(one == first);
    w.send(second);
    w.read_at_least(4 + second.size());
    CHECK(w.reader->take(4) == "next");
    const auto two = w.reader->take(second.size());
    CHECK(two == second);
    CHECK(one == first);
    CHECK(w.reader->empty());
}

TEST_CASE("a_body_may_be_longer_than_what_nobody_consumes") {
    world w{10};
    const std::string body(2 * long_bytes, 'x');
    w.send(body);
    w.read_at_least(body.size());
    CHECK(w.reader->take(body.size()) == body);
}

TEST_CASE("a_body_that_breaks_off_is_told_so_each_time") {
    world w;
    w.send("0123");
    w.client.close();
    error_code ec;
    for (int i = 0; i < 2; ++i) {
        w.loop.run(read_at_least(*w.reader, 8, ec));
        CHECK(ec == asio::error::eof);
    }
    CHECK(w.held() == "0123");
}

TEST_CASE("a_client_that_closes_is_noticed_once") {
    world w;
    w.watch();
    w.loop.poll();
    CHECK(w.gone == 0);
    w.client.close();
    w.run_until([&] { return w.gone == 1; });
    w.loop.poll();
    CHECK(w.gone == 1);
    error_code ec;
    w.loop.run(read_more(*w.reader, ec));
    CHECK(ec == asio::error::eof);
}

TEST_CASE("a_connection_that_is_reset_is_noticed") {
    world w;
    w.watch();
    w.client.set_option(asio::socket_base::linger{true, 0});
    w.client.close();
    w.run_until([&] { return w.gone == 1; });
}

TEST_CASE("a_client_that_sends_its_next_request_is_not_gone") {
    world w;
    w.watch();
    w.send("next");
    w.run_until([&] { return !w.reader->empty(); });
    w.client.close();
    w.watch(); // what it has sent must be served first
    w.loop.poll();
    CHECK(w.gone == 0);
    CHECK(w.held() == "next");
}

TEST_CASE("a_read_left_over_from_one_request_serves_the_next_watch") {
    world w;
    w.watch();
    w.loop.poll();
    w.reader->unwatch();
    w.watch();
    w.client.close();
    w.run_until([&] { return w.gone == 1; });
}

TEST_CASE("nothing_is_told_after_unwatch_and_the_reader_may_go_before_its_read") {
    world w;
    w.watch();
    w.loop.poll();
    w.reader.reset();
    w.client.close();
    w.ours.close();
    w.loop.poll();
    CHECK(w.gone == 0);
}

TEST_CASE("a_read_that_is_interrupted_ends_and_the_next_one_works") {
    world w;
    error_code ec;
    REQUIRE(w.loop.tasks.spawn(read_more(*w.reader, ec)));
    w.loop.poll();
    w.reader->interrupt();
    w.loop.finish();
    CHECK(ec == asio::error::operation_aborted);
    w.send("late");
    w.loop.run(read_more(*w.reader, ec));
    CHECK_FALSE(ec);
    CHECK(w.held() == "late");
}

TEST_CASE("what_nobody_consumes_is_limited") {
    world w{10};
    error_code ec;
    w.send(std::string(20, 'x'));
    w.loop.run(read_more(*w.reader, ec));
    CHECK_FALSE(ec);
    CHECK(w.held().size() == 10);
    w.loop.run(read_more(*w.reader, ec));
    CHECK(ec == asio::error::no_buffer_space);
}

TEST_CASE("who_has_only_ended_its_sending_is_asked_before_it_counts_as_gone") {
    world w;
    int probes = 0;
    w.reader->set_probe([&] {
        ++probes;
        asio::write(w.ours, asio::buffer("?", 1));
    });
    w.watch();
    w.client.shutdown(asio::ip::tcp::socket::shutdown_send);
    w.run_until([&] { return probes == 1; });
    char answer = 0;
    asio::read(w.client, asio::buffer(&answer, 1));
    CHECK(answer == '?');
    w.loop.poll();
    CHECK(w.gone == 0);
    w.client.close(); // has read everything: the next bytes are refused
    asio::write(w.ours, asio::buffer("?", 1));
    w.run_until([&] { return w.gone == 1; });
    CHECK(probes == 1);
}

TEST_CASE("who_has_closed_is_gone_when_it_refuses_the_probe") {
    world w;
    w.reader->set_probe([&] { asio::write(w.ours, asio::buffer("?", 1)); });
    w.watch();
    w.client.close();
    w.run_until([&] { return w.gone == 1; });
}

TEST_CASE("a_long_text_counts_from_its_first_bytes_on_and_is_refused_when_there_is_no_room") {
    const auto memory = std::make_shared<mcpgw::memory_budget>(1024 * 1024);
    world w;
    w.reader = std::make_unique<socket_reader>(w.ours, 100'000, memory);
    const std::string body(4 * long_bytes, 'x');
    w.send(body);
    w.read_at_least(body.size());
    REQUIRE(w.reader->count_held(body.size()));
    CHECK(memory->used() == body.size());
    {
        const auto text = w.reader->take(body.size());
        CHECK(memory->used() == body.size());
    }
    mcpgw::memory_share other{memory};
    other.resize(1024 * 1024 - 10);
    w.send(body);
    w.read_at_least(body.size());
    CHECK_FALSE(w.reader->count_held(body.size()));
}
