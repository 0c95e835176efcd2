// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/socket_writer.hpp"

#include "transports/buffers/write_now.hpp"

#include <algorithm>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace mcpgw {

namespace {

constexpr int looks_per_timeout = 4; // how exactly the timeout is kept

void drop_front(std::vector<asio::const_buffer>& parts, std::size_t bytes) {
    std::size_t whole = 0;
    for (auto& part : parts) {
        const auto here = std::min(bytes, part.size());
        part += here;
        bytes -= here;
        if (part.size() > 0) break;
        ++whole;
    }
    parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(whole));
}

} // namespace

socket_writer::socket_writer(tcp_socket& socket, deadline_timer& alarm,
                             std::chrono::milliseconds timeout,
                             std::shared_ptr<memory_budget> memory)
    : socket_(socket), alarm_(alarm), timeout_(timeout), waiting_(std::move(memory)) {}

std::size_t socket_writer::bytes_on_the_way() {
    int bytes = 0;
    const bool is_known = ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0;
    return is_known && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

void socket_writer::reset() {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}

void socket_writer::begin_wait(std::size_t bytes) {
    is_waiting_ = true;
    waiting_.resize(bytes);
    moved_at_ = clock_type::now();
    unsent_ = bytes_on_the_way();
    watch();
}

/// A socket is writable again only when a good part of its buffer is free, which a slow reader may
/// need minutes for; so what it takes is looked at here, and not the progress of the write.
void socket_writer::watch() {
    const auto step =
        std::max<clock_type::duration>(timeout_ / looks_per_timeout, std::chrono::milliseconds{1});
    alarm_.set(clock_type::now() + step, [this] {
        const auto now = clock_type::now();
        const auto left = bytes_on_the_way();
        if (left < unsent_) moved_at_ = now;
        unsent_ = left;
        if (now - moved_at_ >= timeout_) return reset();
        watch();
    });
}

std::vector<asio::const_buffer> socket_writer::try_send(buffers parts,
                                                        boost::system::error_code& ec) {
    return write_now(socket_, parts, ec);
}

task<bool> socket_writer::send(buffers parts) {
    boost::system::error_code ec;
    auto rest = try_send(parts, ec);
    if (rest.empty()) co_return !ec;
    const bool is_sent = co_await send_rest(std::move(rest));
    co_return is_sent;
}

task<bool> socket_writer::send_rest(std::vector<asio::const_buffer> rest) {
    std::size_t bytes = 0;
    for (const auto& part : rest) bytes += part.size();
    begin_wait(bytes);
    boost::system::error_code error;
    while (!rest.empty() && !error) {
        const buffers parts{rest};
        const auto [ec, taken] = co_await socket_.async_write_some(parts, nothrow);
        error = ec;
        drop_front(rest, taken);
        moved_at_ = clock_type::now();
        unsent_ = bytes_on_the_way();
    }
    alarm_.clear();
    is_waiting_ = false;
    waiting_.resize(0);
    co_return !error;
}

} // namespace mcpgw
