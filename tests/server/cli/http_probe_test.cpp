// SPDX-License-Identifier: Apache-2.0
#include "server/cli/http_probe.hpp"

#include "transports/async/asio.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <thread>

namespace mcpgw {
namespace {

namespace ip = asio::ip;

/// Answers one connection with fixed bytes, on a thread of its own, and keeps what was asked.
class canned_server {
public:
    explicit canned_server(std::string reply)
        : acceptor_(io_, {ip::address_v4::loopback(), 0}), reply_(std::move(reply)) {
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread{[this] {
            serve();
        }};
    }
    ~canned_server() {
        if (thread_.joinable()) thread_.join();
    }
    canned_server(const canned_server&) = delete;
    canned_server& operator=(const canned_server&) = delete;

    [[nodiscard]] std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string{path};
    }
    const std::string& asked() {
        if (thread_.joinable()) thread_.join();
        return asked_;
    }

private:
    void serve() {
        boost::system::error_code ec;
        ip::tcp::socket socket{io_};
        acceptor_.accept(socket, ec);
        std::string bytes(4096, '\0');
        while (!ec && asked_.find("\r\n\r\n") == asked_.npos)
            asked_.append(bytes, 0, socket.read_some(asio::buffer(bytes), ec));
        if (!reply_.empty()) {
            asio::write(socket, asio::buffer(reply_), ec);
            return;
        }
        // No reply: until the other side gives up.
        while (!ec) socket.read_some(asio::buffer(bytes), ec);
    }

    asio::io_context io_;
    ip::tcp::acceptor acceptor_;
    std::string reply_;
    std::string asked_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

constexpr std::string_view fine = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

} // namespace

TEST_CASE("probe_sends_one_request_and_returns_status_and_body") {
    canned_server server{std::string{fine}};
    const auto answer =
        probe_http("POST", server.url("/mcp?x=1"), {{"Accept", "a/b"}, {"X-Y", "z"}}, "{\"a\":1}");
    REQUIRE_FALSE(answer.has_error());
    CHECK(answer->status == 200);
    CHECK(answer->body == "hello");
    const auto& asked = server.asked();
    CAPTURE(asked);
    CHECK(asked.starts_with("POST /mcp?x=1 HTTP/1.1\r\n"));
    CHECK(asked.find("Host: 127.0.0.1:") != asked.npos);
    CHECK(asked.find("Accept: a/b\r\n") != asked.npos);
    CHECK(asked.find("X-Y: z\r\n") != asked.npos);
    CHECK(asked.find("Content-Length: 7\r\n") != asked.npos);
    CHECK(asked.find("Connection: close\r\n") != asked.npos);
}

TEST_CASE("probe_of_a_url_without_a_path_asks_for_the_root") {
    canned_server server{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
    const auto answer = probe_http("GET", server.url(""), {}, {});
    REQUIRE_FALSE(answer.has_error());
    CHECK(answer->status == 404);
    CHECK(server.asked().starts_with("GET / HTTP/1.1\r\n"));
}

TEST_CASE("probe_does_not_wait_for_ever_for_a_server_that_is_silent") {
    canned_server server{""};
    const auto answer =
        probe_http("GET", server.url("/healthz"), {}, {}, std::chrono::milliseconds{50});
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(answer.error().message().find("not within 50 ms") != std::string_view::npos);
}

TEST_CASE("probe_of_something_that_is_no_http_server_fails") {
    canned_server server{"SSH-2.0-OpenSSH_9.2\r\n\r\n"};
    const auto answer = probe_http("GET", server.url("/"), {}, {});
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::connection_lost);
}

TEST_CASE("probe_of_a_port_where_nobody_listens_names_the_address") {
    std::uint16_t port = 0;
    {
        asio::io_context io;
        const ip::tcp::acceptor closed_at_once{io, {ip::address_v4::loopback(), 0}};
        port = closed_at_once.local_endpoint().port();
    }
    const auto address = "127.0.0.1:" + std::to_string(port);
    const auto answer = probe_http("GET", "http://" + address + "/", {}, {});
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(answer.error().message().find(address) != std::string_view::npos);
}

TEST_CASE("probe_refuses_what_is_no_http_url") {
    for (const std::string url : {"", "nonsense", "127.0.0.1:8080", "https://", "ftp://x/",
                                  "http:///mcp", "http://exa mple/"}) {
        CAPTURE(url);
        const auto answer = probe_http("GET", url, {}, {});
        REQUIRE(answer.has_error());
        CHECK(answer.error().code == errc::bad_http_request);
        CHECK(answer.error().message().find("http://127.0.0.1:8080/mcp") != std::string_view::npos);
    }
}

} // namespace mcpgw
