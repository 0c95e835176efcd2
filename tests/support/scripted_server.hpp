// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio_ssl.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw::io_test {

/// A request as the scripted server got it. An empty method: the connection ended instead.
struct received_request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> fields; ///< names in lower case
    std::string body;

    [[nodiscard]] std::string field(const std::string& name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
};

/// One connection that the server side of a test has accepted.
class scripted_connection {
public:
    explicit scripted_connection(tcp_socket socket) : socket_(std::move(socket)) {}

    task<bool> start_tls(tls_context& context) {
        tls_ = std::make_unique<tls_stream>(socket_, context);
        const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::server, nothrow);
        co_return !ec;
    }
    task<received_request> read_request() {
        received_request request;
        while (buffer_.find("\r\n\r\n") == std::string::npos) {
            const bool has_more = co_await fill();
            if (!has_more) co_return request;
        }
        const auto end = buffer_.find("\r\n\r\n");
        read_head(buffer_.substr(0, end + 2), request);
        buffer_.erase(0, end + 4);
        const auto length = request.field("content-length");
        const std::size_t bytes = length.empty() ? 0 : std::stoul(length);
        while (buffer_.size() < bytes) {
            const bool has_more = co_await fill();
            if (!has_more) co_return received_request{};
        }
        request.body = buffer_.substr(0, bytes);
        buffer_.erase(0, bytes);
        co_return request;
    }
    /// False: the client has gone.
    task<bool> send(std::string bytes) {
        boost::system::error_code failure;
        const auto data = asio::buffer(bytes);
        if (tls_) {
            const auto [ec, n] = co_await asio::async_write(*tls_, data, nothrow);
            failure = ec;
        } else {
            const auto [ec, n] = co_await asio::async_write(socket_, data, nothrow);
            failure = ec;
        }
        co_return !failure;
    }
    /// Until the client closes; what it sends is dropped.
    task<> wait_closed() {
        for (bool is_open = true; is_open;) {
            buffer_.clear();
            is_open = co_await fill();
        }
    }
    /// Until there is something to be read, which stays unread.
    task<> wait_readable() { co_await socket_.async_wait(tcp_socket::wait_read, nothrow); }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    static void read_head(std::string_view head, received_request& request) {
        auto line = next_line(head);
        request.method = line.substr(0, line.find(' '));
        line.remove_prefix(line.find(' ') + 1);
        request.target = line.substr(0, line.find(' '));
        while (!head.empty()) {
            line = next_line(head);
            std::string name{line.substr(0, line.find(':'))};
            for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            const bool is_new =
                request.fields.emplace(name, line.substr(line.find(':') + 2)).second;
            CHECK(is_new); // no field is sent twice
        }
    }
    static std::string_view next_line(std::string_view& head) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        return line;
    }
    task<bool> fill() {
        std::string space(65536, '\0');
        std::size_t bytes = 0;
        if (tls_) {
            const auto [ec, n] = co_await tls_->async_read_some(asio::buffer(space), nothrow);
            bytes = ec ? 0 : n;
        } else {
            const auto [ec, n] = co_await socket_.async_read_some(asio::buffer(space), nothrow);
            bytes = ec ? 0 : n;
        }
        buffer_.append(space, 0, bytes);
        co_return bytes > 0;
    }

    tcp_socket socket_;
    std::unique_ptr<tls_stream> tls_;
    std::string buffer_;
};

/// A server whose every word the test says: accepts on a free loopback port.
class scripted_server {
public:
    explicit scripted_server(executor ex) : acceptor_(ex, {asio::ip::address_v4::loopback(), 0}) {}

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    task<std::shared_ptr<scripted_connection>> accept() {
        auto accepted = co_await acceptor_.async_accept(nothrow);
        auto& [ec, socket] = accepted;
        if (ec) co_return nullptr;
        co_return std::make_shared<scripted_connection>(std::move(socket));
    }
    /// Nobody can connect any more; accept() ends with null.
    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

private:
    tcp_acceptor acceptor_;
};

inline std::string response_text(std::string_view status, std::string_view fields,
                                 std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, fields, body.size(),
                       body);
}
inline std::string json_response(std::string_view body) {
    return response_text("200 OK", "Content-Type: application/json\r\n", body);
}

} // namespace mcpgw::io_test
