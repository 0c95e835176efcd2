// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_listener.hpp"

#include "transports/http_server/http_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <stdexcept>

#include <fcntl.h>

namespace mcpgw {

namespace {

constexpr std::chrono::milliseconds accept_pause{
    50}; // after an error such as "too many open files"
constexpr std::chrono::seconds expiry_interval_max{30};
// A client that has just connected is about to send its request, so it is not idle yet.
constexpr std::chrono::seconds idle_before_end{1};
constexpr int turns_for_an_end_max = 16;                  // of the loop, until a place is free
constexpr std::chrono::milliseconds relief_interval{100}; // after one that found nothing
constexpr std::size_t housekeeping_tasks_max = 4;
constexpr int end_tries_max = 3;

tcp_acceptor open_acceptor(executor ex, const http_options& options) {
    boost::system::error_code ec;
    const bool is_name = options.address == "localhost";
    const auto address = asio::ip::make_address(is_name ? "127.0.0.1" : options.address, ec);
    if (ec)
        throw std::runtime_error(fmt::format("'{}' is not an IP address; use for example "
                                             "127.0.0.1:8080 or [::1]:8080",
                                             options.address));
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    tcp_acceptor acceptor{ex};
    const auto require = [&](std::string_view what) {
        if (!ec) return;
        throw std::runtime_error(fmt::format("cannot {} {}:{}: {}{}", what, options.address,
                                             options.port, ec.message(), listen_hint(ec)));
    };
    acceptor.open(endpoint.protocol(), ec);
    require("open a socket for");
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor.set_option(tcp_acceptor::reuse_address{true}, ec);
    // Otherwise accept() skips a connection that was given up, and the one behind it waits until
    // another one comes.
    acceptor.set_option(asio::socket_base::enable_connection_aborted{true}, ec);
    acceptor.bind(endpoint, ec);
    require("bind to");
    acceptor.listen(asio::socket_base::max_listen_connections, ec);
    require("listen on");
    return acceptor;
}

/// A stream writer per connection, and the requests of HTTP+SSE sessions.
std::size_t stream_tasks_max(const client_limits& limits) {
    return limits.connections_max * 2 + limits.requests_per_session_max;
}

/// What belongs to the end is tried again where there is no memory for it.
template <class Act>
void insist(Act act) {
    for (int tried = 0; tried < end_tries_max; ++tried) {
        try {
            return act();
        } catch (const std::bad_alloc&) {
        }
    }
}

/// Best effort and without waiting: a full house must not be kept busy by those it turns away.
void turn_away(tcp_socket& socket, std::size_t connections_max) {
    const fault full{errc::too_many_connections,
                     fmt::format("{} connections are open, the maximum (limits.connections_max)",
                                 connections_max)};
    auto reply = error_reply(full);
    set_busy(reply);
    const auto text = reply.head(false) + reply.body.str();
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(text), 0, ignored);
    socket.shutdown(tcp_socket::shutdown_send, ignored);
}

} // namespace

std::string_view listen_hint(const boost::system::error_code& ec) {
    if (ec == asio::error::address_in_use)
        return "; another program uses this port: choose one with --listen HOST:PORT, port 0 is "
               "any free one";
    if (ec == asio::error::access_denied)
        return "; ports below 1024 need a privilege: choose a higher one with --listen HOST:PORT";
    if (ec == boost::system::errc::address_not_available)
        return "; this machine has no such address: 127.0.0.1 is for programs on it, 0.0.0.0 for "
               "all its addresses";
    if (ec == asio::error::address_family_not_supported)
        return "; this machine has no IPv6: use an IPv4 address";
    return "";
}

http_listener::http_listener(executor ex, http_options options, client_limits limits,
                             request_handler& handler, logger& log)
    : executor_(ex)
    , options_(std::move(options))
    , limits_(limits)
    , handler_(handler)
    , log_(log)
    , memory_(std::make_shared<memory_budget>(limits_.memory_max))
    , sessions_(
          ex, limits_, options_.session_timeout,
          [this](client_session& s) { handler_.on_session_closed(s); }, memory_)
    , acceptor_(open_acceptor(ex, options_))
    , port_(acceptor_.local_endpoint().port())
    , connections_(ex, limits_.connections_max)
    , tasks_(ex, stream_tasks_max(limits_))
    , housekeeping_(ex, housekeeping_tasks_max)
    , service_{ex, options_, limits_, handler_, sessions_, tasks_, log_, memory_, {}, 0}
    , stopping_(ex) {
    const auto report = [this](const std::string& what) {
        log_.error("a client connection ended with an unexpected exception: {}", what);
    };
    memory_->relieve = [this](std::size_t bytes) {
        return relieve(bytes);
    };
    connections_.on_exception = report;
    tasks_.on_exception = report;
    housekeeping_.on_exception = report;
}

result<void> http_listener::adopt(http_options options, const client_limits& limits) {
    const bool is_moved = options.address != options_.address || options.port != options_.port;
    // The port that the system chose stays where none is asked for.
    const bool is_same_socket = options.address == options_.address && options.port == port_;
    if (is_moved && !is_same_socket) {
        if (auto moved = listen_anew(options); moved.has_error()) return moved;
    }
    options_ = std::move(options);
    limits_ = limits;
    memory_->set_bytes_max(limits_.memory_max);
    sessions_.set_limits(limits_, options_.session_timeout);
    connections_.set_tasks_max(limits_.connections_max);
    tasks_.set_tasks_max(stream_tasks_max(limits_));
    ++service_.changes;
    return {};
}

result<void> http_listener::listen_anew(const http_options& options) {
    boost::system::error_code ignored;
    // A port can be listened on by one socket only, whatever their addresses: then the old one goes
    // first, and comes back where the new one cannot be had.
    const bool is_same_port = options.port == port_;
    if (is_same_port) acceptor_.close(ignored);
    try {
        auto next = open_acceptor(executor_, options);
        acceptor_.close(ignored);
        acceptor_ = std::move(next);
    } catch (const std::runtime_error& e) {
        fault reason{errc::internal_error, e.what()};
        if (!is_same_port) return reason;
        auto before = options_;
        before.port = port_;
        try {
            acceptor_ = open_acceptor(executor_, before);
        } catch (const std::runtime_error& lost) {
            log_.error("nobody is accepted any more: {}", lost.what());
        }
        return reason;
    }
    port_ = acceptor_.local_endpoint().port();
    return {};
}

std::string http_listener::base_url() const {
    // Of a socket that is open to all addresses, the one that works here and is allowed as Host.
    const auto address = options_.address == "0.0.0.0" ? std::string{"127.0.0.1"}
                         : options_.address == "::"    ? std::string{"::1"}
                                                       : options_.address;
    const bool is_v6 = address.find(':') != std::string::npos;
    return fmt::format("http://{}:{}", is_v6 ? "[" + address + "]" : address, port_);
}

task<> http_listener::serve(tcp_socket socket) {
    http_connection connection{std::move(socket), service_};
    co_await connection.run();
}

/// Whatever goes wrong, connections are accepted until the end.
task<> http_listener::accept() {
    timer pause{executor_};
    bool must_pause = false;
    while (!is_stopping_) {
        try {
            must_pause = co_await accept_next(pause, must_pause);
        } catch (const std::exception& e) { // there is no memory for one more
            log_.error("a connection was not accepted: {}", e.what());
            must_pause = true;
        }
    }
}

/// True: there should be a pause before the next.
task<bool> http_listener::accept_next(timer& pause, bool must_pause) {
    if (must_pause) {
        pause.expires_after(accept_pause);
        co_await pause.async_wait(nothrow);
        if (is_stopping_) co_return false;
    }
    auto accepted = co_await acceptor_.async_accept(nothrow);
    auto& [ec, socket] = accepted;
    if (ec == asio::error::operation_aborted) co_return false; // also of a socket that was replaced
    if (ec == asio::error::connection_aborted) co_return false; // its client has given it up
    if (ec) {
        log_.warning("accepting a connection failed: {}", ec.message());
        co_return true;
    }
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    if (connections_.is_full()) co_await make_place();
    take_in(std::move(socket));
    co_return false;
}

void http_listener::take_in(tcp_socket socket) {
    if (!connections_.is_full()) {
        connections_.spawn(serve(std::move(socket)));
        return;
    }
    log_.warning("a connection was refused: {} are open (limits.connections_max)",
                 connections_.size());
    turn_away(socket, limits_.connections_max);
}

/// Closes an idle connection. Connections without any request go first: those of a flood, and
/// those whose head comes byte by byte. The place is free when the coroutine of the connection has
/// ended.
task<> http_listener::make_place() {
    const auto idle_until = clock_type::now() - idle_before_end;
    http_connection* longest = nullptr;
    const auto order = [](const http_connection& each) {
        return std::pair{!each.is_unused(), *each.idle_since()};
    };
    for (auto* const each : service_.connections) {
        if (!each->idle_since()) continue;
        if (longest == nullptr || order(*each) < order(*longest)) longest = each;
    }
    // One that never asked may still do so, and is waited for before one that did is ended.
    if (longest == nullptr || *longest->idle_since() > idle_until) co_return;
    longest->close();
    for (int turn = 0; turn < turns_for_an_end_max && connections_.is_full(); ++turn)
        co_await asio::post(executor_, asio::deferred);
}

/// The largest first: of the clients that have sent or taken nothing for a while, then of the
/// sessions whose clients are away.
bool http_listener::relieve(std::size_t bytes) {
    const auto now = clock_type::now();
    if (now < relief_failed_at_ + relief_interval) return false;
    const auto stalled_since = now - idle_before_end;
    std::size_t freed = 0;
    while (freed < bytes) {
        std::pair<std::size_t, http_connection*> largest{0, nullptr};
        for (auto* const each : service_.connections)
            largest = std::max(largest, {each->bytes_stalled(stalled_since), each});
        if (largest.first == 0) break;
        freed += largest.first;
        largest.second->end_stalled();
    }
    if (freed < bytes) freed += sessions_.free_memory(bytes - freed);
    log_.warning("clients hold {} of {} bytes (limits.memory_max); waits that held {} were ended",
                 memory_->used(), memory_->bytes_max(), freed);
    if (freed < bytes) relief_failed_at_ = now;
    return freed >= bytes;
}

task<> http_listener::expire_sessions() {
    const auto interval =
        std::min<clock_type::duration>(options_.session_timeout / 2, expiry_interval_max);
    while (!is_stopping_) {
        co_await stopping_.wait_until(clock_type::now() + interval);
        sessions_.expire(clock_type::now());
    }
}

task<> http_listener::run() {
    housekeeping_.spawn(expire_sessions());
    co_await accept();
    insist([this] { sessions_.close_all({errc::gateway_stopping}); });
    insist([this] { for_each_connection(&http_connection::stop); });
    timer grace{executor_};
    insist([this, &grace] {
        grace.expires_after(limits_.stop_grace);
        grace.async_wait([this](const boost::system::error_code& ec) {
            if (!ec) for_each_connection(&http_connection::close);
        });
    });
    for (auto* const group : {&tasks_, &connections_, &housekeeping_}) {
        for (int tried = 0; group->size() > 0 && tried < end_tries_max; ++tried) {
            try {
                co_await group->wait_all();
            } catch (const std::bad_alloc&) {
            }
        }
        if (group == &connections_) grace.cancel();
    }
}

void http_listener::for_each_connection(void (http_connection::*act)()) {
    const auto open = service_.connections; // one that ends leaves the set
    for (auto* connection : open)
        if (service_.connections.contains(connection)) (connection->*act)();
}

void http_listener::stop() {
    if (is_stopping_) return;
    is_stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    stopping_.notify();
}

} // namespace mcpgw
