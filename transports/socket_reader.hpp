#pragma once

#include "transports/wake_up.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace mcpgw {

/// The bytes that come in on one connection. Owned by the connection.
///
/// While a request is worked on, the read for the next one is under way already. That is how we
/// notice that the client has left, and it costs no system call that would not be made anyway.
class socket_reader {
public:
    /// `unread_bytes_max`: that may have come and not been consumed.
    socket_reader(tcp_socket& socket, std::size_t unread_bytes_max);
    ~socket_reader() { unwatch(); }
    socket_reader(const socket_reader&) = delete;
    socket_reader& operator=(const socket_reader&) = delete;

    /// What has come and was not consumed.
    [[nodiscard]] asio::const_buffer data() const { return state_->bytes.data(); }
    [[nodiscard]] bool empty() const { return state_->bytes.size() == 0; }
    void consume(std::size_t bytes);

    /// Until more has come. Errors: end of file, those of the socket, operation_aborted after
    /// interrupt(), no_buffer_space: nothing was consumed for too long.
    task<boost::system::error_code> read_more();
    /// The same in parts, for whom a coroutine more is too much: begin_more(), then co_await
    /// arrived() while it is_reading().
    void begin_more();
    [[nodiscard]] bool is_reading() const { return state_->is_reading; }
    [[nodiscard]] auto arrived() { return state_->arrived.wait(); }
    /// Of the last read.
    [[nodiscard]] const boost::system::error_code& error() const { return state_->error; }
    /// Fills `to`, first with what has come already. Large bodies are not copied on their way.
    task<boost::system::error_code> read_into(std::span<char> to);
    /// Ends a read that waits, not the connection.
    void interrupt();

    /// Calls `on_gone` at most once, until unwatch(), when the client has left. A client that sends
    /// its next request early is not gone; from then on its leaving goes unnoticed until that
    /// request is read.
    void watch(std::function<void()> on_gone);
    void unwatch() { state_->on_gone = nullptr; }

private:
    // Outlives the connection: a read that is under way ends, with an error, after the socket has
    // closed.
    struct state {
        state(tcp_socket& s, std::size_t unread_bytes_max)
            : socket(s), bytes(unread_bytes_max), arrived(s.get_executor()) {}
        tcp_socket& socket;
        boost::beast::flat_buffer bytes;
        wake_up arrived;
        std::function<void()> on_gone;
        boost::system::error_code error; ///< of the last read
        bool is_reading = false;
    };
    static void begin(const std::shared_ptr<state>& s);
    static void on_read(state& s, const boost::system::error_code& ec, std::size_t bytes);

    std::shared_ptr<state> state_;
};

} // namespace mcpgw
