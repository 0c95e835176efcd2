// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/socket_reader.hpp"

#include "transports/buffers/next_capacity.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t room_bytes_min = 16 * 1024;
constexpr std::size_t room_bytes_max = 80 * 1024; // what an idle connection keeps, too
constexpr std::size_t head_bytes = 4 * 1024;      // likely to come before a long text
// Most answers are out by then, and nothing needs to be sent before them.
constexpr std::chrono::milliseconds probe_after{100};
} // namespace

socket_reader::state::state(tcp_socket& s, std::size_t bytes_max,
                            std::shared_ptr<memory_budget> budget)
    : socket(s)
    , room(room_bytes_min)
    , unread_bytes_max(bytes_max)
    , memory(std::move(budget))
    , arrived(s.get_executor()) {}

socket_reader::socket_reader(tcp_socket& socket, std::size_t unread_bytes_max,
                             std::shared_ptr<memory_budget> memory)
    : state_(std::make_shared<state>(socket, unread_bytes_max, std::move(memory))) {}

void socket_reader::consume(std::size_t bytes) {
    if (bytes == 0) return;
    auto& s = *state_;
    assert(!s.is_reading && "the room for what is being read would move");
    assert(bytes <= s.held().size());
    s.begin += bytes;
    if (s.begin < s.end) return;
    const bool is_large = s.block.capacity() > room_bytes_max;
    if (s.block.is_shared() && !is_large) return;
    s.begin = s.end = 0;
    if (is_large)
        s.block = {}; // the text that was made of it keeps it as long as it needs it, and no longer
    else
        s.block.count(s.memory, 0);
}

shared_text socket_reader::take(std::size_t bytes) {
    auto& s = *state_;
    const auto text = s.held().substr(0, bytes);
    const bool is_short = bytes < shared_text::long_bytes;
    if (!is_short) s.block.count(s.memory, s.end);
    auto taken = is_short ? shared_text::copy_of(text) : s.block.share(text);
    s.room = is_short ? room_bytes_min : std::min(bytes + head_bytes, room_bytes_max);
    consume(bytes);
    return taken;
}

/// Room for so many bytes more in one piece with those that are held.
void socket_reader::make_room(state& s, std::size_t bytes) {
    const auto held = s.held().size();
    if (held == 0 && !s.block.is_shared()) {
        s.begin = s.end = 0;
        s.block.count(s.memory, 0); // a text that was made of it is gone
    }
    if (s.block.capacity() - s.end >= bytes) return;
    const auto wanted = held + bytes;
    // Texts that share the block need it as it is.
    if (s.block.is_shared() || held == 0) {
        byte_block next{wanted};
        if (held > 0) std::memcpy(next.data(), s.held().data(), held);
        s.block = std::move(next);
    } else {
        std::memmove(s.block.data(), s.held().data(), held);
        if (s.block.capacity() < wanted) s.block.grow(wanted);
    }
    s.begin = 0;
    s.end = held;
}

/// A read of no more than so many bytes.
void socket_reader::begin(const std::shared_ptr<state>& s, std::size_t bytes_max) {
    // The end does not come twice: a read behind it would wait for ever.
    if (s->error && s->error != asio::error::operation_aborted) return;
    s->error = {};
    if (bytes_max == 0) {
        s->error = asio::error::no_buffer_space;
        return;
    }
    make_room(*s, bytes_max);
    s->is_reading = true;
    s->socket.async_read_some(
        asio::buffer(s->block.data() + s->end, bytes_max),
        [s](const boost::system::error_code& ec, std::size_t bytes) { on_read(s, ec, bytes); });
}

void socket_reader::on_read(const std::shared_ptr<state>& s, const boost::system::error_code& ec,
                            std::size_t bytes) {
    s->is_reading = false;
    s->error = ec;
    s->end += bytes;
    // Aborted: the socket was closed by us, or the read interrupted.
    const bool is_gone = ec && ec != asio::error::operation_aborted;
    if (is_gone && s->on_gone) {
        if (ec == asio::error::eof && s->probe)
            begin_probe(s);
        else
            std::exchange(s->on_gone, nullptr)();
    }
    s->arrived.notify_now(); // last: the connection may end
}

/// The socket is there for as long as somebody watches: the reader lives no longer than it.
void socket_reader::begin_probe(const std::shared_ptr<state>& s) {
    s->socket.async_wait(tcp_socket::wait_error, [s](const boost::system::error_code&) {
        if (s->on_gone) std::exchange(s->on_gone, nullptr)();
    });
    s->probe_timer.emplace(s->socket.get_executor());
    s->probe_timer->expires_after(probe_after);
    s->probe_timer->async_wait([s](const boost::system::error_code& ec) {
        if (!ec && s->on_gone) s->probe();
    });
}

void socket_reader::begin_more() {
    auto& s = *state_;
    if (s.is_reading) return;
    const auto held = std::min(s.held().size(), s.unread_bytes_max);
    begin(state_, std::min(s.room, s.unread_bytes_max - held));
}

task<boost::system::error_code> socket_reader::read_more() {
    const auto s = state_;
    begin_more();
    while (s->is_reading) co_await s->arrived.wait();
    co_return s->error;
}

void socket_reader::begin_toward(std::size_t bytes) {
    auto& s = *state_;
    const auto held = s.held().size();
    if (s.is_reading || held >= bytes) return;
    begin(state_, next_capacity(held, bytes) - held);
}

bool socket_reader::count_held(std::size_t whole) {
    auto& s = *state_;
    if (!s.memory) return true;
    const auto counted = s.block.counted();
    const bool has_room = s.end <= counted || s.memory->make_room(s.end - counted, whole);
    if (has_room) s.block.count(s.memory, s.end);
    return has_room;
}

void socket_reader::interrupt() {
    boost::system::error_code ignored;
    state_->socket.cancel(ignored);
}

void socket_reader::watch(std::function<void()> on_gone) {
    state_->on_gone = std::move(on_gone);
    if (empty()) begin_more();
}

void socket_reader::unwatch() {
    state_->on_gone = nullptr;
    if (state_->probe_timer) state_->probe_timer->cancel();
}

} // namespace mcpgw
