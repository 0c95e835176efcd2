// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/message/rpc.hpp"
#include "transports/http_client/http_response_parser.hpp"
#include "transports/http_server/http_connection.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mcpgw::test {

namespace {

constexpr std::size_t header_bytes_max = 1024;
constexpr std::size_t rounds_max = 100'000; ///< of the loop, for one connection

/// Answers every request at once, and every second one of a tool after a notification.
class echo_handler final : public request_handler {
public:
    task<client_reply> handle(client_request& request, reply_sink& sink) override {
        ++requests;
        if (request.method() == method::initialize && request.session)
            request.session->is_initialized = true;
        if (request.method() == method::tools_call && requests % 2 == 0)
            sink.notify(make_notification(notification::message, R"({"level":"info","data":1})"));
        client_reply reply;
        reply.text = make_response(request.id(), R"({"protocolVersion":"2025-11-25"})");
        co_return reply;
    }
    void on_notification(const client_request& /*notification*/) override { ++notifications; }
    void on_session_closed(client_session& /*session*/) override {}
    [[nodiscard]] result<void> check_scope(std::string_view scope,
                                           bool /*is_near*/) const override {
        if (scope == "demo" || scope.starts_with("views/")) return {};
        return fault{errc::path_not_found,
                     "no server named '" + std::string{scope} + "' is configured"};
    }
    [[nodiscard]] result<std::string> readiness(bool /*is_strict*/) const override { return {}; }
    [[nodiscard]] std::string status_json() const override { return "{}"; }

    std::size_t requests = 0;
    std::size_t notifications = 0;
};

/// What a client sees of a connection, and what was made of it.
struct outcome {
    std::string sent;
    std::size_t requests = 0;
    std::size_t notifications = 0;
    std::string problem;
};

/// One connection over a pair of sockets, whose other end is ours. Nothing here goes by the clock:
/// the loop runs as long as it has something to do.
class connection_world {
public:
    connection_world() {
        options_.stream_delay = std::chrono::hours{1};
        options_.header_timeout = options_.body_timeout = options_.write_timeout =
            options_.idle_timeout = std::chrono::hours{1};
        options_.body_rate_min = 0;
        limits_.header_bytes_max = header_bytes_max;
        limits_.message_bytes_max = 4096;
        limits_.depth_max = 32;
        limits_.sessions_max = 4;
        limits_.batch_messages_max = 4;
        std::array<int, 2> ends{-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
            return;
        ours_ = ends[0];
        tcp_socket socket{io_.get_executor()};
        socket.assign(asio::ip::tcp::v4(), ends[1]);
        connections_.spawn(serve(std::move(socket)));
    }
    ~connection_world() {
        if (ours_ >= 0) ::close(ours_);
    }
    connection_world(const connection_world&) = delete;
    connection_world& operator=(const connection_world&) = delete;

    outcome run(std::string_view text, std::size_t part_bytes) {
        while (!text.empty() && has_more_) {
            const auto part = text.substr(0, part_bytes);
            const auto n = ::send(ours_, part.data(), part.size(), MSG_NOSIGNAL);
            if (n < 0) break; // it has closed
            text.remove_prefix(static_cast<std::size_t>(n));
            settle();
        }
        ::shutdown(ours_, SHUT_WR);
        settle();
        ::close(std::exchange(ours_, -1)); // only a stream may still be open by now
        settle();
        // A stream with another request behind it sees that at its next look, which takes time: it
        // is ended as by a gateway that stops.
        sessions_.close_all({errc::gateway_stopping});
        for (auto* const open : std::set{service_.connections}) open->stop();
        settle();
        for (auto* const open : std::set{service_.connections}) open->close();
        settle();
        outcome seen;
        seen.sent = std::move(received_);
        seen.requests = handler_.requests;
        seen.notifications = handler_.notifications;
        if (connections_.size() > 0 || tasks_.size() > 0) seen.problem = "it does not end";
        if (memory_->used() > 0) seen.problem = "it keeps memory of a client that is gone";
        if (!problem_.empty()) seen.problem = problem_;
        return seen;
    }

private:
    task<> serve(tcp_socket socket) {
        http_connection connection{std::move(socket), service_};
        co_await connection.run();
    }
    /// Until neither side has anything to do.
    void settle() {
        std::size_t rounds = 0;
        for (bool is_busy = true; is_busy && ++rounds < rounds_max;) {
            io_.restart();
            is_busy = io_.poll() > 0;
            std::array<char, 16384> buffer{};
            while (ours_ >= 0) {
                const auto n = ::recv(ours_, buffer.data(), buffer.size(), 0);
                if (n == 0) has_more_ = false;
                if (n <= 0) break;
                received_.append(buffer.data(), static_cast<std::size_t>(n));
                is_busy = true;
            }
        }
        if (rounds == rounds_max) problem_ = "it never comes to rest";
    }

    asio::io_context io_{1};
    http_options options_;
    client_limits limits_;
    logger log_{log_level::off};
    echo_handler handler_;
    std::shared_ptr<memory_budget> memory_ = std::make_shared<memory_budget>(1U << 20U);
    session_table sessions_{io_.get_executor(), limits_, options_.session_timeout,
                            [](client_session&) {}, memory_};
    task_group tasks_{io_.get_executor(), 100};
    task_group connections_{io_.get_executor(), 1};
    http_service service_{
        io_.get_executor(), options_, limits_, handler_, sessions_, tasks_, log_, memory_, {}};
    std::string received_;
    std::string problem_;
    int ours_ = -1;
    bool has_more_ = true;
};

/// Of each response in what was sent; nothing: it is no row of responses.
std::optional<std::vector<int>> statuses(std::string_view sent) {
    std::vector<int> found;
    while (!sent.empty()) {
        http_response_parser parser{64U * 1024};
        // Byte by byte, so that it is known where the next one begins.
        std::size_t used = 0;
        while (used < sent.size() && !parser.is_done()) {
            if (parser.feed(sent.substr(used, 1)).has_error()) return std::nullopt;
            ++used;
        }
        // A stream may be cut by the end of the connection; nothing else is.
        if (!parser.is_done() && !parser.has_head())
            return sent.starts_with("HTTP/1.1 100") ? std::optional{found} : std::nullopt;
        found.push_back(parser.head().status);
        sent.remove_prefix(used);
    }
    return found;
}

/// What follows the last request and is none is refused, or waited for until the client has closed:
/// that does depend on the parts. So does the reason for refusing a chunk whose extensions end in a
/// quoted text: Beast counts its size again with each part, up to the limit of a body.
std::optional<std::vector<int>> without_last_refusals(std::optional<std::vector<int>> answers) {
    while (answers && !answers->empty() && (answers->back() == 400 || answers->back() == 413))
        answers->pop_back();
    return answers;
}

} // namespace

std::string check_http_server_invariants(std::string_view text) {
    if (text.empty()) return {};
    const std::size_t part_bytes = 1 + static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    connection_world at_once;
    const auto whole = at_once.run(text, text.size() + 1);
    if (!whole.problem.empty()) return whole.problem;
    // The answer to HEAD tells the length of a body that does not follow.
    const bool is_plain = text.find("HEAD") == text.npos;
    const auto answers = without_last_refusals(statuses(whole.sent));
    if (is_plain && !answers) return "what was sent is no HTTP: " + whole.sent;
    connection_world piecewise;
    const auto parts = piecewise.run(text, part_bytes);
    if (!parts.problem.empty()) return parts.problem;
    if (is_plain && without_last_refusals(statuses(parts.sent)) != answers)
        return "answers that depend on the parts: " + whole.sent + "\nin parts: " + parts.sent;
    if (parts.requests != whole.requests || parts.notifications != whole.notifications)
        return "requests that depend on the parts: " + whole.sent + "\nin parts: " + parts.sent;
    return {};
}

} // namespace mcpgw::test
