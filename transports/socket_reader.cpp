#include "transports/socket_reader.hpp"

#include "transports/body_capacity.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t room_bytes_min = 16 * 1024;
constexpr std::size_t room_bytes_max = 80 * 1024; // what an idle connection keeps, too
constexpr std::size_t head_bytes = 4 * 1024;      // likely to come before a long text
} // namespace

socket_reader::state::state(tcp_socket& s, std::size_t bytes_max)
    : socket(s), room(room_bytes_min), unread_bytes_max(bytes_max), arrived(s.get_executor()) {}

socket_reader::socket_reader(tcp_socket& socket, std::size_t unread_bytes_max)
    : state_(std::make_shared<state>(socket, unread_bytes_max)) {}

void socket_reader::consume(std::size_t bytes) {
    if (bytes == 0) return;
    auto& s = *state_;
    assert(!s.is_reading && "the room for what is being read would move");
    assert(bytes <= s.held().size());
    s.begin += bytes;
    if (s.begin < s.end || s.block.is_shared()) return;
    s.begin = s.end = 0;
    if (s.block.capacity() > room_bytes_max) s.block = {};
}

shared_text socket_reader::take(std::size_t bytes) {
    auto& s = *state_;
    const auto text = s.held().substr(0, bytes);
    const bool is_short = bytes < shared_text::long_bytes;
    auto taken = is_short ? shared_text::copy_of(text) : s.block.share(text);
    s.room = is_short ? room_bytes_min : std::min(bytes + head_bytes, room_bytes_max);
    consume(bytes);
    return taken;
}

/// Room for so many bytes more in one piece with those that are held.
void socket_reader::make_room(state& s, std::size_t bytes) {
    const auto held = s.held().size();
    if (held == 0 && !s.block.is_shared()) s.begin = s.end = 0;
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
        [s](const boost::system::error_code& ec, std::size_t bytes) { on_read(*s, ec, bytes); });
}

void socket_reader::on_read(state& s, const boost::system::error_code& ec, std::size_t bytes) {
    s.is_reading = false;
    s.error = ec;
    s.end += bytes;
    // Aborted: the socket was closed by us, or the read interrupted.
    const bool is_gone = ec && ec != asio::error::operation_aborted;
    if (is_gone && s.on_gone) std::exchange(s.on_gone, nullptr)();
    s.arrived.notify_now(); // last: the connection may end
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

task<boost::system::error_code> socket_reader::read_at_least(std::size_t bytes) {
    const auto s = state_;
    while (s->is_reading) co_await s->arrived.wait(); // begun for another purpose
    while (s->held().size() < bytes) {
        const auto held = s->held().size();
        begin(s, body_capacity(held, bytes) - held);
        while (s->is_reading) co_await s->arrived.wait();
        if (s->error) co_return s->error;
    }
    co_return boost::system::error_code{};
}

void socket_reader::interrupt() {
    boost::system::error_code ignored;
    state_->socket.cancel(ignored);
}

void socket_reader::watch(std::function<void()> on_gone) {
    state_->on_gone = std::move(on_gone);
    if (empty()) begin_more();
}

} // namespace mcpgw
