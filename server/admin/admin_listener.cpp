// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_listener.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

#include <fcntl.h>

namespace mcpgw {

namespace {

constexpr std::size_t acceptors_max = 2;

} // namespace

admin_listener::admin_listener(executor ex, admin_options options, admin_limits limits,
                               admin_actions& actions, logger& log)
    : executor_(ex)
    , options_(std::move(options))
    , limits_(limits)
    , service_{options_, limits_, actions, log, {}, false}
    , log_(log)
    , connections_(ex, limits.connections_max)
    , accepting_(ex, acceptors_max) {
    connections_.on_exception = [this](const std::string& what) {
        log_.error("a bug: a request to the admin interface: {}", what);
    };
    accepting_.on_exception = [this](const std::string& what) {
        log_.error("the admin interface takes no more connections: {}", what);
    };
}

admin_listener::~admin_listener() = default;

result<void> admin_listener::open_socket(const std::string& path, bool has_others) {
    auto opened = admin_socket::open(path, has_others);
    if (opened.has_error()) return opened.error();
    socket_ = std::move(*opened);
    boost::system::error_code ec;
    local_.emplace(executor_);
    local_->assign(local_protocol{}, socket_->release(), ec);
    if (!ec) return {};
    local_.reset();
    socket_.reset();
    return fault{errc::internal_error, fmt::format("cannot wait at {}: {}", path, ec.message())};
}

result<void> admin_listener::open_tcp() {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(options_.address, ec);
    const asio::ip::tcp::endpoint endpoint{address, options_.port};
    tcp_acceptor acceptor{executor_};
    if (!ec) acceptor.open(endpoint.protocol(), ec);
    if (!ec) {
        ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
        acceptor.set_option(tcp_acceptor::reuse_address{true}, ec);
        acceptor.bind(endpoint, ec);
    }
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
        return fault{errc::internal_error,
                     fmt::format("cannot listen on {}:{} (admin.listen): {}", options_.address,
                                 options_.port, ec.message())};
    tcp_.emplace(std::move(acceptor));
    return {};
}

std::uint16_t admin_listener::port() const {
    boost::system::error_code ec;
    return tcp_ ? tcp_->local_endpoint(ec).port() : 0;
}

template <class Acceptor>
task<> admin_listener::accept_at(Acceptor& acceptor) {
    using protocol = typename Acceptor::protocol_type;
    timer pause{executor_};
    while (!service_.is_stopping) {
        auto accepted = co_await acceptor.async_accept(nothrow);
        auto& [ec, socket] = accepted;
        if (service_.is_stopping) co_return;
        if (ec) {
            pause.expires_after(limits_.accept_pause);
            co_await pause.async_wait(nothrow);
            continue;
        }
        ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
        if constexpr (std::is_same_v<protocol, local_protocol>)
            if (!is_own_peer(socket.native_handle())) continue; // closed
        // Refused where there are too many: the client sees the end of the connection.
        connections_.spawn(serve_admin(std::move(socket), service_));
    }
}

task<> admin_listener::accept_local() {
    return accept_at(*local_);
}

task<> admin_listener::accept_tcp() {
    return accept_at(*tcp_);
}

task<> admin_listener::run() {
    if (local_) accepting_.spawn(accept_local());
    if (tcp_) accepting_.spawn(accept_tcp());
    co_await accepting_.wait_all();
    co_await connections_.wait_all();
    local_.reset();
    tcp_.reset();
    socket_.reset();
}

void admin_listener::stop() {
    service_.is_stopping = true;
    boost::system::error_code ignored;
    if (local_) local_->close(ignored);
    if (tcp_) tcp_->close(ignored);
    // One may end, and leave the set, while it is told.
    for (auto* const one : std::set{service_.connections}) one->stop();
}

} // namespace mcpgw
