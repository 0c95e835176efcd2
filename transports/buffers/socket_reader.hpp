// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/async_event.hpp"
#include "transports/buffers/byte_block.hpp"
#include "transports/buffers/memory_budget.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace mcpgw {

/// The bytes that come in on one connection. Owned by the connection.
///
/// A long text stays in the memory that it was read into. The next read has as much room as the
/// last text took, so that one of the same length comes with its head, in one system call.
///
/// While a request is worked on, the read for the next one is under way already. That is how we
/// notice that the client has left, and it costs no system call that would not be made anyway.
class socket_reader {
public:
    /// `unread_bytes_max`: the most that it holds unconsumed. `memory`: counts long texts; null:
    /// nothing counts them.
    socket_reader(tcp_socket& socket, std::size_t unread_bytes_max,
                  std::shared_ptr<memory_budget> memory = {});
    ~socket_reader() { unwatch(); }
    socket_reader(const socket_reader&) = delete;
    socket_reader& operator=(const socket_reader&) = delete;

    /// What has come and was not consumed; valid until more is read.
    [[nodiscard]] std::string_view data() const { return state_->held(); }
    [[nodiscard]] bool empty() const { return state_->begin == state_->end; }
    void consume(std::size_t bytes);
    /// Consumes the next `bytes`, which have come. A short text is copied.
    [[nodiscard]] shared_text take(std::size_t bytes);

    /// Until more has come. Errors: end of file, those of the socket, operation_aborted after
    /// interrupt(), no_buffer_space: nothing was consumed for too long.
    task<boost::system::error_code> read_more();
    /// The same in parts, which saves the caller a coroutine: begin_more(), then co_await arrived()
    /// while it is_reading().
    void begin_more();
    [[nodiscard]] bool is_reading() const { return state_->is_reading; }
    [[nodiscard]] auto arrived() { return state_->arrived.wait(); }
    /// Of the last read.
    [[nodiscard]] const boost::system::error_code& error() const { return state_->error; }
    /// One read towards so many bytes that were not consumed, whatever the limit; then arrived().
    /// Memory for them is taken as they come (next_capacity), not as they are announced.
    void begin_toward(std::size_t bytes);
    /// All that is held now counts as memory of a long text of `whole` bytes. False: there is no
    /// room for it.
    [[nodiscard]] bool count_held(std::size_t whole);
    /// Ends a read that waits, not the connection.
    void interrupt();

    /// Calls `on_gone` at most once, until unwatch(), when the client has left. A client that sends
    /// its next request early is not gone; from then on its leaving goes unnoticed until that
    /// request is read.
    ///
    /// Nor is one that has only ended its sending, and still reads (RFC 9112, 9.6): on the wire
    /// both look the same. So the probe is called after a moment, to send something that means
    /// nothing; a client that has left refuses it, and only then counts as gone.
    void watch(std::function<void()> on_gone);
    void unwatch();
    /// Set once, at the beginning. Without a probe a client that ends its sending counts as gone.
    void set_probe(std::function<void()> probe) { state_->probe = std::move(probe); }

private:
    // Outlives the connection: a read that is under way ends, with an error, after the socket has
    // closed.
    struct state {
        state(tcp_socket& s, std::size_t bytes_max, std::shared_ptr<memory_budget> budget);
        [[nodiscard]] std::string_view held() const { return {block.data() + begin, end - begin}; }

        tcp_socket& socket;
        byte_block block;
        std::size_t begin = 0; ///< first byte in the block that was not consumed
        std::size_t end = 0;   ///< of what has come
        std::size_t room;      ///< for the next read
        std::size_t unread_bytes_max;
        std::shared_ptr<memory_budget> memory;
        async_event arrived;
        std::function<void()> on_gone;
        std::function<void()> probe;
        std::optional<timer> probe_timer; ///< once the client has ended its sending
        boost::system::error_code error; ///< of the last read
        bool is_reading = false;
    };
    static void make_room(state& s, std::size_t bytes);
    static void begin(const std::shared_ptr<state>& s, std::size_t bytes_max);
    static void on_read(const std::shared_ptr<state>& s, const boost::system::error_code& ec,
                        std::size_t bytes);
    static void begin_probe(const std::shared_ptr<state>& s);

    std::shared_ptr<state> state_;
};

} // namespace mcpgw
