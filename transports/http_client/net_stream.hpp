// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_url.hpp"
#include "transports/http_client/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace mcpgw {

/// One outgoing TCP connection, with TLS on it or not. Owned by its one user; one read and one
/// write at a time. It has no timeouts of its own: close() from elsewhere ends what is under way.
class net_stream {
public:
    using endpoints = std::vector<asio::ip::tcp::endpoint>;

    explicit net_stream(executor ex) : socket_(ex) {}
    net_stream(const net_stream&) = delete;
    net_stream& operator=(const net_stream&) = delete;

    /// Tries the addresses one after the other; each gets its share of the time that is left.
    task<result<void>> connect(endpoints addresses, clock_type::time_point deadline);
    /// TLS with server name indication; the certificate must be for `host`.
    task<result<void>> start_tls(std::shared_ptr<tls_context> context, std::string host);

    struct transfer {
        boost::system::error_code ec; ///< asio::error::eof: the peer ended in good order
        std::size_t bytes = 0;
    };
    task<transfer> read_some(asio::mutable_buffer space);
    task<transfer> write(std::string_view bytes);

    /// Nothing has come and the peer has not closed: fit for another request.
    [[nodiscard]] bool is_quiet();
    /// After a read that brought the end or an error: what was written last was not read by the
    /// peer. Its system reset the connection for bytes that nobody took, or its end was on its way
    /// before they were there. False where that cannot be told.
    [[nodiscard]] bool was_left_unread(const boost::system::error_code& ec);
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    void close();

private:
    task<boost::system::error_code> connect_one(asio::ip::tcp::endpoint address,
                                                clock_type::time_point deadline);

    tcp_socket socket_;
    std::shared_ptr<tls_context> context_;
    std::unique_ptr<tls_stream> tls_;
    bool is_closed_ = false;
};

} // namespace mcpgw
