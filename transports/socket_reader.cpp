#include "transports/socket_reader.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t idle_bytes_max = 64 * 1024; // what an idle connection keeps
} // namespace

socket_reader::socket_reader(tcp_socket& socket, std::size_t unread_bytes_max)
    : state_(std::make_shared<state>(socket, unread_bytes_max)) {}

void socket_reader::consume(std::size_t bytes) {
    if (bytes == 0) return;
    assert(!state_->is_reading && "the room for what is being read would move");
    auto& held = state_->bytes;
    held.consume(bytes);
    if (held.size() == 0 && held.capacity() > idle_bytes_max) held.shrink_to_fit();
}

void socket_reader::begin(const std::shared_ptr<state>& s) {
    // The end does not come twice: a read behind it would wait for ever.
    if (s->error && s->error != asio::error::operation_aborted) return;
    auto& held = s->bytes;
    const auto room = std::min(read_bytes, held.max_size() - held.size());
    s->error = {};
    if (room == 0) {
        s->error = asio::error::no_buffer_space;
        return;
    }
    s->is_reading = true;
    s->socket.async_read_some(
        held.prepare(room),
        [s](const boost::system::error_code& ec, std::size_t bytes) { on_read(*s, ec, bytes); });
}

void socket_reader::on_read(state& s, const boost::system::error_code& ec, std::size_t bytes) {
    s.is_reading = false;
    s.error = ec;
    s.bytes.commit(bytes);
    // Aborted: the socket was closed by us, or the read interrupted.
    const bool is_gone = ec && ec != asio::error::operation_aborted;
    if (is_gone && s.on_gone) std::exchange(s.on_gone, nullptr)();
    s.arrived.notify_now(); // last: the connection may end
}

void socket_reader::begin_more() {
    if (!state_->is_reading) begin(state_);
}

task<boost::system::error_code> socket_reader::read_more() {
    const auto s = state_;
    begin_more();
    while (s->is_reading) co_await s->arrived.wait();
    co_return s->error;
}

task<boost::system::error_code> socket_reader::read_into(std::span<char> to) {
    const auto s = state_;
    const auto take = [&to, this] {
        const auto held = data();
        const auto taken = std::min(to.size(), held.size());
        if (taken > 0) std::memcpy(to.data(), held.data(), taken);
        consume(taken);
        to = to.subspan(taken);
    };
    take();
    while (s->is_reading && !to.empty()) { // begun for another purpose
        const auto ec = co_await read_more();
        if (ec) co_return ec;
        take();
    }
    while (!to.empty()) {
        const auto [ec, bytes] =
            co_await s->socket.async_read_some(asio::buffer(to.data(), to.size()), nothrow);
        if (ec) co_return ec;
        to = to.subspan(bytes);
    }
    co_return boost::system::error_code{};
}

void socket_reader::interrupt() {
    boost::system::error_code ignored;
    state_->socket.cancel(ignored);
}

void socket_reader::watch(std::function<void()> on_gone) {
    state_->on_gone = std::move(on_gone);
    if (!state_->is_reading && empty()) begin(state_);
}

} // namespace mcpgw
