// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/deadline_timer.hpp"
#include "transports/buffers/memory_budget.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace mcpgw {

/// The bytes that go out on one connection, as long as the client takes some of them now and then.
/// Owned by the connection.
class socket_writer {
public:
    using buffers = std::span<const asio::const_buffer>;

    /// `alarm`: of the connection, which does one thing at a time. `timeout`: since the client last
    /// took a byte. What waits to be taken counts in `memory`.
    socket_writer(tcp_socket& socket, deadline_timer& alarm, std::chrono::milliseconds timeout,
                  std::shared_ptr<memory_budget> memory);
    socket_writer(const socket_writer&) = delete;
    socket_writer& operator=(const socket_writer&) = delete;

    /// As much as the system takes at once. The rest is for send_rest(); empty also after an error.
    std::vector<asio::const_buffer> try_send(buffers parts, boost::system::error_code& ec);
    /// All of it. False: the client has left, or takes nothing, and then the connection is reset.
    task<bool> send(buffers parts);
    task<bool> send_rest(std::vector<asio::const_buffer> rest);
    /// That the system has taken and the client has not: what a read at the other end makes less.
    [[nodiscard]] std::size_t bytes_on_the_way();
    /// Ends the connection without a wait for a client that takes nothing: the system would keep
    /// what it has of the answer for minutes.
    void reset();

    /// What the client has yet to take of a send(), in our hands.
    [[nodiscard]] std::size_t bytes_waiting() const { return waiting_.bytes(); }
    /// The client has yet to take something.
    [[nodiscard]] bool is_waiting() const { return is_waiting_; }
    /// When the client last took something.
    [[nodiscard]] clock_type::time_point moved_at() const { return moved_at_; }

private:
    void begin_wait(std::size_t bytes);
    void watch();

    tcp_socket& socket_;
    deadline_timer& alarm_;
    std::chrono::milliseconds timeout_;
    memory_share waiting_;
    std::size_t unsent_ = 0; ///< in the system's hands
    clock_type::time_point moved_at_{};
    bool is_waiting_ = false;
};

} // namespace mcpgw
