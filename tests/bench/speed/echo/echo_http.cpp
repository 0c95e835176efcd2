// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/echo/echo_roles.hpp"
#include "tests/bench/speed/load/http_head.hpp"
#include "tests/bench/speed/load/sockets.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t read_bytes = 64U << 10U;

/// One connection of a client: what came and is not answered, what is not written.
struct http_peer {
    int socket = -1;
    std::vector<char> in;
    std::size_t filled = 0;
    std::size_t wanted = 0; ///< no request is whole before so many bytes are there
    std::string out;
    std::size_t written = 0;

    bool receive();
    bool send();
    void answer_all(const echo_answers& answers);
    bool answer(const echo_answers& answers, std::size_t& begin);
};

/// Until nothing more is there. False: the connection has ended.
bool http_peer::receive() {
    for (;;) {
        const auto size = std::max(wanted, filled + read_bytes);
        if (in.size() < size) in.resize(size);
        const auto space = in.size() - filled;
        const auto count = ::recv(socket, in.data() + filled, space, 0);
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN;
        filled += static_cast<std::size_t>(count);
        if (static_cast<std::size_t>(count) < space) return true;
    }
}

bool http_peer::send() {
    while (written < out.size()) {
        const auto count = ::send(socket, out.data() + written, out.size() - written, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN;
        written += static_cast<std::size_t>(count);
    }
    out.clear();
    written = 0;
    return true;
}

void append_reply(std::string& out, std::string_view status, std::string_view fields,
                  std::string_view body) {
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n", status,
                   fields, body.size());
    out += body;
}

/// The request at `begin`, which is then moved past it. False: it is not whole yet.
bool http_peer::answer(const echo_answers& answers, std::size_t& begin) {
    const std::string_view rest{in.data() + begin, filled - begin};
    if (rest.size() < wanted) return false;
    const auto head_size = rest.find(head_end);
    if (head_size == std::string_view::npos) return false;
    const auto head = rest.substr(0, head_size + 2);
    std::size_t length = 0;
    const auto length_text = field_of(head, "content-length");
    std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
    const auto whole = head_size + head_end.size() + length;
    wanted = whole;
    if (rest.size() < whole) return false;
    wanted = 0;
    begin += whole;
    if (!head.starts_with("POST")) {
        append_reply(out, head.starts_with("DELETE") ? "200 OK" : "405 Method Not Allowed", {}, {});
        return true;
    }
    static std::string made; // kept: its memory is used again and again
    made.clear();
    const auto body = rest.substr(head_size + head_end.size(), length);
    if (!answers.append(body, "\n", made)) {
        append_reply(out, "202 Accepted", {}, {});
        return true;
    }
    const bool is_opening = body.substr(0, 100).find(R"("initialize")") != std::string_view::npos;
    made.pop_back();
    append_reply(out, "200 OK",
                 is_opening ? "Content-Type: application/json\r\nMcp-Session-Id: bench\r\n"
                            : "Content-Type: application/json\r\n",
                 made);
    return true;
}

void http_peer::answer_all(const echo_answers& answers) {
    std::size_t begin = 0;
    while (begin < filled && answer(answers, begin)) {
    }
    if (begin == filled) {
        filled = 0;
        return;
    }
    if (begin == 0) return;
    std::memmove(in.data(), in.data() + begin, filled - begin);
    filled -= begin;
}

} // namespace

int run_echo_over_http(const echo_answers& answers) {
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    const int poller = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted);
    fmt::print(stderr, "http://127.0.0.1:{}/mcp\n", port);
    std::map<http_peer*, std::unique_ptr<http_peer>> peers;
    std::array<epoll_event, 256> ready{};
    for (;;) {
        const int count = ::epoll_wait(poller, ready.data(), static_cast<int>(ready.size()), -1);
        for (int i = 0; i < count; ++i) {
            auto* const peer =
                static_cast<http_peer*>(ready.at(static_cast<std::size_t>(i)).data.ptr);
            if (peer == nullptr) {
                auto made = std::make_unique<http_peer>();
                made->socket = accept_peer(listener);
                if (made->socket < 0) continue;
                wanted.events = EPOLLIN | EPOLLOUT | EPOLLET;
                wanted.data.ptr = made.get();
                ::epoll_ctl(poller, EPOLL_CTL_ADD, made->socket, &wanted);
                peers.emplace(made.get(), std::move(made));
                continue;
            }
            const bool is_open = peer->receive();
            peer->answer_all(answers);
            if (is_open && peer->send()) continue;
            ::close(peer->socket);
            peers.erase(peer);
        }
    }
}

} // namespace mcpgw::bench
