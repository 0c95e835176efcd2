// SPDX-License-Identifier: Apache-2.0
#include "transports/stdio/stdio_transport.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace mcpgw {

namespace {
constexpr std::size_t writer_tasks_max = 2;
constexpr std::chrono::milliseconds cancel_interval{50};
} // namespace

stdio_transport::stdio_transport(executor ex, int in, int out, client_limits limits,
                                 request_handler& handler, logger& log)
    : executor_(ex)
    , limits_(limits)
    , handler_(handler)
    , log_(log)
    , in_(ex, ::dup(in))
    , out_(ex, ::dup(out))
    , in_flags_(::fcntl(in, F_GETFL))
    , out_flags_(::fcntl(out, F_GETFL))
    , session_(std::make_shared<client_session>(ex, "stdio", limits.notifications_backlog_max))
    , box_(std::make_shared<outbox>(ex, outbox::framing::lines, limits.stream_queue_bytes_max))
    , requests_(ex, limits.requests_per_session_max)
    , writer_(ex, writer_tasks_max)
    , room_(ex) {
    session_->attach(box_);
    const auto report = [this](const std::string& what) {
        log_.error("a request ended with an unexpected exception: {}", what);
    };
    requests_.on_exception = report;
    writer_.on_exception = report;
}

stdio_transport::~stdio_transport() {
    // Asio made the open file non-blocking, which the parent's shell would see too.
    ::fcntl(in_.native_handle(), F_SETFL, in_flags_);
    ::fcntl(out_.native_handle(), F_SETFL, out_flags_);
}

task<> stdio_transport::run() {
    writer_.spawn(write());
    try {
        co_await read();
    } catch (const std::exception& e) { // what is under way is ended in order all the same
        log_.error("stdin is read no more: {}", e.what());
    }
    requests_.close();
    handler_.on_session_closed(*session_); // streams that would never end by themselves end now
    timer drain{executor_};
    drain.expires_after(limits_.drain_timeout);
    drain.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) end_session();
    });
    if (is_stopping_) end_session();
    co_await requests_.wait_all();
    drain.cancel();
    box_->close();
    deadline_timer grace{executor_};
    end_writing(grace, clock_type::now() + limits_.stop_grace);
    co_await writer_.wait_all();
    session_->close({errc::gateway_stopping});
}

/// Again and again from then on: a write that has just got something off begins the next.
void stdio_transport::end_writing(deadline_timer& clock, clock_type::time_point when) {
    clock.set(when, [this, &clock] {
        boost::system::error_code ignored;
        out_.cancel(ignored);
        end_writing(clock, clock_type::now() + cancel_interval);
    });
}

void stdio_transport::end_session() {
    session_->detach(*box_); // else it would be closed with the session
    session_->close({errc::gateway_stopping});
}

void stdio_transport::stop() {
    if (std::exchange(is_stopping_, true)) return;
    boost::system::error_code ignored;
    in_.cancel(ignored);
    room_.notify();
}

void stdio_transport::begin_with(std::string_view lines) {
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        begun_.push_back(shared_text::copy_of(lines.substr(0, end)));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
}

task<> stdio_transport::write() {
    for (;;) {
        co_await box_->wait(clock_type::time_point::max());
        if (box_->empty() && box_->is_closed()) co_return;
        const auto batch = box_->take_batch();
        const auto buffers = batch.buffers();
        const auto [ec, n] = co_await asio::async_write(out_, buffers, nothrow);
        room_.notify();
        if (ec) {
            if (ec == asio::error::operation_aborted)
                log_.warning("the client did not read its last {} bytes in {} ms "
                             "(limits.stop_grace_ms)",
                             asio::buffer_size(buffers) - n, limits_.stop_grace.count());
            else
                log_.warning("the client closed our output: {}", ec.message());
            box_->close();
            stop();
            co_return;
        }
    }
}

} // namespace mcpgw
