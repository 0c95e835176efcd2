// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/sse.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace mcpgw::io_test {

/// The text of a request; says exactly what a test wants it to say, right or wrong.
struct http_request {
    std::string method = "POST";
    std::string target = "/mcp";
    std::string body;
    std::string version = "1.1";
    std::vector<std::pair<std::string, std::string>> fields{
        {"Host", "127.0.0.1"},
        {"Content-Type", "application/json"},
        {"Accept", "application/json, text/event-stream"},
    };
    bool has_length = true; ///< adds Content-Length

    http_request with(std::string name, std::string value) && {
        fields.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
    http_request without(std::string_view name) && {
        std::erase_if(fields, [name](const auto& field) { return field.first == name; });
        return std::move(*this);
    }
    http_request chunked() && {
        has_length = false;
        fields.emplace_back("Transfer-Encoding", "chunked");
        body =
            body.empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body);
        return std::move(*this);
    }
    [[nodiscard]] std::string head() const {
        auto text = fmt::format("{} {} HTTP/{}\r\n", method, target, version);
        for (const auto& [name, value] : fields) text += fmt::format("{}: {}\r\n", name, value);
        if (has_length && (method == "POST" || !body.empty()))
            text += fmt::format("Content-Length: {}\r\n", body.size());
        return text + "\r\n";
    }
    [[nodiscard]] std::string text() const { return head() + body; }
};

inline http_request http_post(std::string body) {
    http_request request;
    request.body = std::move(body);
    return request;
}
inline http_request http_get(std::string target) {
    http_request request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

struct http_answer {
    int status = 0;                            ///< 0: the connection ended instead
    std::map<std::string, std::string> fields; ///< names in lower case
    std::string body;

    [[nodiscard]] std::string field(const std::string& name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
    [[nodiscard]] bool is_stream() const { return field("content-type") == "text/event-stream"; }
    [[nodiscard]] bool is_chunked() const { return field("transfer-encoding") == "chunked"; }
};

/// One TCP connection to the listener, with blocking calls: for the test's thread while the
/// listener runs on another. What does not arrive in time fails the test.
class http_client {
public:
    explicit http_client(std::uint16_t port, int receive_buffer_bytes = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer_bytes > 0) // before connect(): it decides the window
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                         sizeof receive_buffer_bytes);
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int yes = 1; // what is sent in parts shall arrive in parts
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto* const where = reinterpret_cast<const sockaddr*>(&address);
        REQUIRE(::connect(socket_, where, sizeof address) == 0);
    }
    ~http_client() { close(); }
    http_client(http_client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1))
        , buffer_(std::move(other.buffer_))
        , events_(std::move(other.events_))
        , is_chunked_(other.is_chunked_) {}
    http_client& operator=(http_client&&) = delete;

    void close() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }

    /// Leaves without a word: what is on its way is refused at once.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }
    void end_sending() { ::shutdown(socket_, SHUT_WR); }

    /// Sends all of it. False: the other side closed before that.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    bool send(const http_request& request) { return send(request.text()); }

    http_answer ask(const http_request& request) {
        send(request);
        return read_answer();
    }

    /// Head of the next answer; its status is 0 at the end of the connection.
    http_answer read_head() {
        http_answer answer;
        const auto status_line = read_line();
        if (!status_line) return answer;
        REQUIRE(status_line->starts_with("HTTP/1.1 "));
        answer.status = std::stoi(status_line->substr(9));
        for (auto line = read_line(); line && !line->empty(); line = read_line()) {
            const auto colon = line->find(": ");
            REQUIRE(colon != std::string::npos);
            auto name = line->substr(0, colon);
            for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            answer.fields[name] = line->substr(colon + 2);
        }
        is_chunked_ = answer.is_chunked();
        events_ = sse_decoder{};
        return answer;
    }
    http_answer read_answer() {
        auto answer = read_head();
        if (answer.status == 0 || answer.status == 204 || answer.status == 100) return answer;
        if (answer.is_chunked()) {
            for (auto chunk = read_chunk(); !chunk.empty(); chunk = read_chunk())
                answer.body += chunk;
        } else if (const auto length = answer.field("content-length"); !length.empty()) {
            answer.body = read_bytes(std::stoul(length));
        } else {
            answer.body = read_rest();
        }
        return answer;
    }

    /// The next event of a stream whose head was read. Nothing: the stream has ended.
    std::optional<sse_event> read_event() {
        for (;;) {
            if (auto event = events_.next()) return event;
            auto bytes = is_chunked_ ? read_chunk() : read_some();
            if (bytes.empty()) return std::nullopt;
            REQUIRE(events_.feed(bytes).has_value());
        }
    }
    std::string read_data() { return read_event().value_or(sse_event{}).data; }
    /// The content of one chunk; empty: the last one.
    std::string read_chunk() {
        const auto head = read_line();
        if (!head) return {};
        std::size_t bytes = 0;
        std::from_chars(head->data(), head->data() + head->size(), bytes, 16);
        auto content = read_bytes(bytes);
        REQUIRE(read_line() == "");
        return content;
    }
    /// Whether the other side closes, with nothing before that. Waits for it.
    bool is_closed() { return buffer_.empty() && !fill(); }
    /// Something has come, or the end has.
    [[nodiscard]] bool has_bytes() const {
        char byte = 0;
        return !buffer_.empty() || ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
    }
    /// What has come, or comes next, but not more than that; empty: the end.
    std::string read_up_to(std::size_t count) {
        if (buffer_.empty() && !fill()) return {};
        return read_bytes(std::min(count, buffer_.size()));
    }
    std::string read_rest() {
        constexpr int reads_max = 1'000'000;
        for (int i = 0; i < reads_max && fill(); ++i) {
        }
        return std::exchange(buffer_, {});
    }

private:
    bool fill() {
        char bytes[65536];
        const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) FAIL("nothing arrived in time");
        if (n <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(n));
        return true;
    }
    std::optional<std::string> read_line() {
        for (;;) {
            const auto end = buffer_.find("\r\n");
            if (end != std::string::npos) {
                auto line = buffer_.substr(0, end);
                buffer_.erase(0, end + 2);
                return line;
            }
            if (!fill()) return std::nullopt;
        }
    }
    std::string read_bytes(std::size_t count) {
        while (buffer_.size() < count)
            if (!fill()) FAIL("the connection ended inside a body");
        auto bytes = buffer_.substr(0, count);
        buffer_.erase(0, count);
        return bytes;
    }
    std::string read_some() {
        if (buffer_.empty()) fill();
        return std::exchange(buffer_, {});
    }

    int socket_;
    std::string buffer_;
    sse_decoder events_;
    bool is_chunked_ = false;
};

} // namespace mcpgw::io_test
