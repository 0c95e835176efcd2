// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/sockets.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr int backlog = 4096;

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

sockaddr_in address_of(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void set_no_delay(int socket) {
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

} // namespace

int listen_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    auto address = address_of(0);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener, where, size) != 0 || ::listen(listener, backlog) != 0 ||
        ::getsockname(listener, where, &size) != 0)
        fail("cannot listen");
    port = ntohs(address.sin_port);
    return listener;
}

int accept_peer(int listener) {
    const int made = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made >= 0) set_no_delay(made);
    return made;
}

int connect_to_loopback(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) fail("no socket");
    set_no_delay(made);
    const auto address = address_of(port);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(made, where, sizeof address) != 0) {
        const int reason = errno;
        ::close(made);
        errno = reason;
        fail("cannot connect");
    }
    ::fcntl(made, F_SETFL, ::fcntl(made, F_GETFL) | O_NONBLOCK);
    return made;
}

std::uint16_t find_free_port() {
    std::uint16_t port = 0;
    ::close(listen_on_loopback(port));
    return port;
}

} // namespace mcpgw::bench
