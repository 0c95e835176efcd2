// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/child_world.hpp"
#include "tests/support/scripted_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace mcpgw::child_test {

using io_test::json_response;
using io_test::received_request;
using io_test::response_text;
using io_test::scripted_connection;
using connection_pointer = std::shared_ptr<scripted_connection>;

/// A chunk of a chunked body.
inline std::string chunk(std::string_view bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
/// An event as a chunk. `fields`: lines before the data ("id: 1\n").
inline std::string event(std::string_view data, std::string_view fields = {}) {
    return chunk(fmt::format("{}data: {}\n\n", fields, data));
}
inline std::string stream_head(std::string_view fields = {}) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{}"
                       "Transfer-Encoding: chunked\r\n\r\n",
                       fields);
}
inline std::string accepted() {
    return response_text("202 Accepted", "", "");
}

/// What the fake says to a request. `stays`: nothing more is read from this connection; the test
/// sends the rest and ends it.
struct fake_reply {
    std::string text;
    bool stays = false;
    bool closes = false;
};

/// An HTTP server on a free loopback port, run by the loop of the world that it is used in.
class fake_remote {
public:
    using handler = std::function<fake_reply(const received_request&, const connection_pointer&)>;

    explicit fake_remote(handler on_request) : on_request_(std::move(on_request)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const where = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_, where, size) == 0);
        REQUIRE(::listen(socket_, 64) == 0);
        REQUIRE(::getsockname(socket_, where, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] std::string url(std::string_view path = "/mcp") const {
        return fmt::format("{}://127.0.0.1:{}{}", tls_ ? "https" : "http", port_, path);
    }
    /// Before url() and start().
    void set_tls(std::unique_ptr<tls_context> context) { tls_ = std::move(context); }
    void start(process_loop& loop) {
        loop_ = &loop;
        acceptor_ =
            std::make_unique<tcp_acceptor>(loop.get_executor(), asio::ip::tcp::v4(), socket_);
        loop.spawn(accept());
    }
    void close() {
        boost::system::error_code ignored;
        acceptor_->close(ignored);
        drop_connections();
    }
    void drop_connections() {
        const auto open = connections_;
        for (const auto& connection : open) connection->close();
    }
    void send(const connection_pointer& connection, std::string bytes) {
        loop_->spawn(send_all(connection, std::move(bytes)));
    }
    /// Those received with this JSON-RPC method, or HTTP method where there is no body.
    [[nodiscard]] std::vector<received_request> received(std::string_view method) const {
        std::vector<received_request> found;
        for (const auto& request : received_)
            if (name_of(request) == method) found.push_back(request);
        return found;
    }
    [[nodiscard]] std::size_t count(std::string_view method) const {
        return received(method).size();
    }
    static std::string name_of(const received_request& request) {
        if (request.body.empty()) return request.method;
        const auto message = json::parse(request.body).as_object();
        const auto* const name = message.if_contains("method");
        return name == nullptr ? "response" : std::string{name->as_string()};
    }
    static std::string id_of(const received_request& request) {
        return json::serialize(json::parse(request.body).at("id"));
    }

private:
    task<> accept() {
        for (;;) {
            auto accepted = co_await acceptor_->async_accept(nothrow);
            auto& [ec, socket] = accepted;
            if (ec) co_return;
            loop_->spawn(serve(std::make_shared<scripted_connection>(std::move(socket))));
        }
    }
    task<> serve(connection_pointer connection) {
        connections_.push_back(connection);
        bool is_open = true;
        if (tls_) is_open = co_await connection->start_tls(*tls_);
        while (is_open) {
            auto request = co_await connection->read_request();
            if (request.method.empty()) break;
            received_.push_back(request);
            const auto reply = on_request_(request, connection);
            co_await connection->send(reply.text);
            if (reply.closes) connection->close();
            if (reply.stays) co_await connection->wait_closed();
            if (reply.closes || reply.stays) break;
        }
        connection->close();
        std::erase(connections_, connection);
    }
    static task<> send_all(connection_pointer connection, std::string bytes) {
        co_await connection->send(std::move(bytes));
    }

    handler on_request_;
    std::unique_ptr<tls_context> tls_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    process_loop* loop_ = nullptr;
    std::unique_ptr<tcp_acceptor> acceptor_;
    std::vector<connection_pointer> connections_;
    std::vector<received_request> received_;
};

inline std::string result_of(const std::string& id, std::string_view result) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
}
inline std::string error_answer(const std::string& id, int code, std::string_view message) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":"{}"}}}})", id,
                       code, message);
}
inline std::string text_result(std::string_view text) {
    return fmt::format(R"({{"content":[{{"type":"text","text":"{}"}}]}})", text);
}

/// The upstream under test and the remote server that it talks to.
class remote_world {
public:
    explicit remote_world(fake_remote::handler on_request, child_options options = fake_options(),
                          std::unique_ptr<tls_context> tls = nullptr)
        : server(std::move(on_request)), child(remote(std::move(options), std::move(tls))) {
        server.start(child.loop);
    }
    ~remote_world() {
        child.loop.await(child.get().close());
        server.close();
    }
    remote_world(const remote_world&) = delete;
    remote_world& operator=(const remote_world&) = delete;

    fake_remote server;
    child_world child;

private:
    child_options remote(child_options options, std::unique_ptr<tls_context> tls) {
        server.set_tls(std::move(tls));
        if (options.remote.url.empty()) options.remote.url = server.url();
        return options;
    }
};

/// Of a legacy server with tools.
inline std::string initialize_result(std::string_view version) {
    return fmt::format(R"({{"protocolVersion":"{}","capabilities":{{"tools":{{}}}},)"
                       R"("serverInfo":{{"name":"s","version":"1"}}}})",
                       version);
}

} // namespace mcpgw::child_test
