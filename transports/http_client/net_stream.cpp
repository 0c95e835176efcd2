// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/net_stream.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace mcpgw {

namespace {

// A peer that vanished without a word is noticed after about a minute and a half, also on a stream
// on which nothing is to be said.
constexpr int keep_alive_idle_s = 45;
constexpr int keep_alive_interval_s = 15;
constexpr int keep_alive_probes = 3;

void set_options(tcp_socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    const int fd = socket.native_handle();
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keep_alive_idle_s, sizeof keep_alive_idle_s);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &keep_alive_interval_s,
                 sizeof keep_alive_interval_s);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &keep_alive_probes, sizeof keep_alive_probes);
}

/// What to do about a certificate, as far as it is ours to do.
std::string_view remedy_for(long verdict) {
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "; check the host in `url`";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "; its owner has to renew it";
    default:
        return "; for a private CA set `ca_file`";
    }
}

fault tls_fault(tls_stream& stream, const std::string& host, const boost::system::error_code& ec) {
    const auto verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict != X509_V_OK)
        return {errc::server_failed,
                fmt::format("the certificate of {} is not accepted: {}{}", host,
                            X509_verify_cert_error_string(verdict), remedy_for(verdict))};
    return {errc::server_failed, fmt::format("TLS with {} failed: {}", host, ec.message())};
}

/// Says whom we want, and has the certificate checked for it.
bool expect_host(SSL* tls, const std::string& host) {
    auto* const checks = SSL_get0_param(tls);
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(checks, host.c_str()) == 1;
    // RFC 6066, 3: literal addresses are not permitted in server_name.
    return SSL_set_tlsext_host_name(tls, host.c_str()) == 1 &&
           X509_VERIFY_PARAM_set1_host(checks, host.c_str(), host.size()) == 1;
}

} // namespace

task<boost::system::error_code> net_stream::connect_one(asio::ip::tcp::endpoint address,
                                                        clock_type::time_point deadline) {
    boost::system::error_code ec;
    socket_.open(address.protocol(), ec);
    if (ec) co_return ec;
    ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
    set_options(socket_);
    // Shared with the handler, which may run when this frame has gone.
    const auto target = std::make_shared<tcp_socket*>(&socket_);
    timer limit{socket_.get_executor()};
    limit.expires_at(deadline);
    limit.async_wait([target](const boost::system::error_code& error) {
        if (error || *target == nullptr) return;
        boost::system::error_code ignored;
        (*target)->close(ignored);
    });
    const auto [failure] = co_await socket_.async_connect(address, nothrow);
    *target = nullptr;
    if (failure && !is_closed_) socket_.close(ec);
    if (failure == asio::error::operation_aborted && !is_closed_) co_return asio::error::timed_out;
    co_return failure;
}

task<result<void>> net_stream::connect(endpoints addresses, clock_type::time_point deadline) {
    boost::system::error_code last = asio::error::host_not_found;
    for (std::size_t i = 0; i < addresses.size() && !is_closed_; ++i) {
        const auto now = clock_type::now();
        const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
        last = co_await connect_one(addresses[i], now + share);
        if (!last) co_return result<void>{};
    }
    co_return fault{errc::connection_lost, last.message()};
}

task<result<void>> net_stream::start_tls(std::shared_ptr<tls_context> context, std::string host) {
    context_ = std::move(context);
    tls_ = std::make_unique<tls_stream>(socket_, *context_);
    if (!expect_host(tls_->native_handle(), host))
        co_return fault{errc::server_failed, fmt::format("{} is no name for a certificate", host)};
    const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::client, nothrow);
    if (ec) co_return tls_fault(*tls_, host, ec);
    co_return result<void>{};
}

task<net_stream::transfer> net_stream::read_some(asio::mutable_buffer space) {
    transfer done;
    if (tls_) {
        const auto [ec, n] = co_await tls_->async_read_some(space, nothrow);
        done = {ec, n};
    } else {
        const auto [ec, n] = co_await socket_.async_read_some(space, nothrow);
        done = {ec, n};
    }
    co_return done;
}

task<net_stream::transfer> net_stream::write(std::string_view bytes) {
    const asio::const_buffer data{bytes.data(), bytes.size()};
    transfer done;
    if (tls_) {
        const auto [ec, n] = co_await asio::async_write(*tls_, data, nothrow);
        done = {ec, n};
    } else {
        const auto [ec, n] = co_await asio::async_write(socket_, data, nothrow);
        done = {ec, n};
    }
    co_return done;
}

bool net_stream::is_quiet() {
    if (is_closed_ || !socket_.is_open()) return false;
    char byte = 0;
    const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool net_stream::was_left_unread(const boost::system::error_code& ec) {
    if (is_closed_ || !socket_.is_open()) return false;
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) return true;
    int failure = 0; // a reset that came after the end
    socklen_t size = sizeof failure;
    const int fd = socket_.native_handle();
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure != 0) return true;
    tcp_info info{};
    size = sizeof info;
    return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_unacked > 0;
}

void net_stream::close() {
    is_closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

} // namespace mcpgw
