// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/http_connection.hpp"

#include "tests/bench/speed/load/http_head.hpp"
#include "tests/bench/speed/load/requests.hpp"
#include "tests/bench/speed/load/sockets.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr int patience_ms = 10'000;

void wait_until(int socket, short what) {
    pollfd wanted{socket, what, 0};
    if (::poll(&wanted, 1, patience_ms) != 1) throw std::runtime_error("no answer in time");
}

} // namespace

http_connection::http_connection(std::uint16_t port) : socket_(connect_to_loopback(port)) {}

http_connection::~http_connection() {
    ::close(socket_);
}

void http_connection::send_all(std::string_view request) {
    while (!request.empty()) {
        const auto count = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
        if (count >= 0)
            request.remove_prefix(static_cast<std::size_t>(count));
        else if (errno == EAGAIN)
            wait_until(socket_, POLLOUT);
        else
            throw std::runtime_error("the connection ended");
    }
}

reply_reader::state http_connection::wait_for_bytes() {
    for (;;) {
        const auto space = reader_.space();
        const auto count = ::recv(socket_, space.data(), space.size(), 0);
        if (count < 0 && errno == EAGAIN) {
            wait_until(socket_, POLLIN);
            continue;
        }
        if (count <= 0) throw std::runtime_error("the connection ended");
        const auto state = reader_.received(static_cast<std::size_t>(count));
        if (state == reply_reader::state::broken) throw std::runtime_error("no HTTP reply");
        return state;
    }
}

void http_connection::wait_for_reply(bool is_head_enough) {
    while (wait_for_bytes() != reply_reader::state::complete)
        if (is_head_enough && !reader_.head().empty()) return;
}

void http_connection::exchange(std::string_view request) {
    send_all(request);
    wait_for_reply();
}

std::string open_session(http_connection& on, std::string_view path) {
    patched_text opening;
    opening.bytes = make_initialize(dialect::legacy);
    on.exchange(make_post(opening, path, {}).bytes);
    if (on.reader().status() != 200)
        throw std::runtime_error(fmt::format("initialize: HTTP {}: {}", on.reader().status(),
                                             on.reader().body().substr(0, 200)));
    const std::string session{field_of(on.reader().head(), "mcp-session-id")};
    on.reader().next();
    patched_text done;
    done.bytes = initialized_message;
    const auto fields = "MCP-Protocol-Version: 2025-11-25\r\n" +
                        (session.empty() ? "" : "Mcp-Session-Id: " + session + "\r\n");
    on.exchange(make_post(done, path, fields).bytes);
    on.reader().next();
    return session;
}

void close_session(http_connection& on, std::string_view path, std::string_view session) {
    on.exchange(fmt::format("DELETE {} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {}\r\n\r\n",
                            path, session));
    on.reader().next();
}

} // namespace mcpgw::bench
