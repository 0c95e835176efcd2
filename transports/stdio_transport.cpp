#include "transports/stdio_transport.hpp"

#include "protocol/batch.hpp"
#include "protocol/byte_order_mark.hpp"
#include "protocol/message_repair.hpp"
#include "protocol/modern_headers.hpp"
#include "protocol/rpc.hpp"
#include "transports/line_buffer.hpp"
#include "transports/session_request.hpp"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace mcpgw {

namespace {
constexpr std::size_t writer_tasks_max = 2;
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
    , writer_(ex, writer_tasks_max) {
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
    co_await read();
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
    co_await writer_.wait_all();
    session_->close({errc::gateway_stopping});
}

void stdio_transport::end_session() {
    session_->detach(*box_); // else it would be closed with the session
    session_->close({errc::gateway_stopping});
}

void stdio_transport::stop() {
    if (std::exchange(is_stopping_, true)) return;
    boost::system::error_code ignored;
    in_.cancel(ignored);
}

void stdio_transport::begin_with(std::string_view lines) {
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        begun_.push_back(shared_text::copy_of(lines.substr(0, end)));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
}

task<> stdio_transport::read() {
    for (const auto& line : std::exchange(begun_, {})) on_line(line);
    line_buffer buffer{limits_.message_bytes_max};
    while (!is_stopping_) {
        const auto space = buffer.space();
        const auto [ec, n] =
            co_await in_.async_read_some(asio::buffer(space.data(), space.size()), nothrow);
        if (ec) {
            // `printf '{…}' | mcp-gateway stdio` ends without a newline.
            const auto last = shared_text::copy_of(buffer.rest());
            if (ec == asio::error::eof && !last.empty()) on_line(last);
            co_return;
        }
        buffer.commit(n);
        for (;;) {
            const auto line = buffer.next_line();
            if (line.has_error()) {
                // Where the next message begins can only be guessed; the client must start over.
                box_->push(make_error_response({}, line.error()));
                log_.error("a message on stdin is larger than {} bytes (limits.message_bytes_max)",
                           limits_.message_bytes_max);
                co_return;
            }
            if (!*line) break;
            on_line(**line);
        }
    }
}

bool stdio_transport::is_no_message(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return true;
    constexpr std::string_view length_field = "content-length:";
    const bool is_header =
        std::ranges::equal(line.substr(0, length_field.size()), length_field, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
        });
    if (!is_header) return false;
    box_->push(make_error_response({}, {errc::parse_error,
                                        "The client frames messages by Content-Length, as language "
                                        "servers do; over stdio MCP has one message a line"}));
    return true;
}

void stdio_transport::on_line(const shared_text& given) {
    const auto line = has_byte_order_mark(given) ? without_byte_order_mark(given) : given;
    if (is_no_message(line)) return;
    const scan_limits limits{limits_.depth_max};
    client_request request;
    request.text = line.lasting();
    request.session = session_;
    request.principal = session_->principal;
    request.spoken = session_->spoken;
    if (is_batch(line) && speaks_batches(*session_)) {
        const auto taken = take_channel_batch(handler_, limits_, requests_, request, box_);
        if (taken.has_error()) box_->push(make_error_response({}, taken.error()));
        return;
    }
    const auto scanned =
        scan_message(request.text, limits, nullptr, message_origin::client);
    if (scanned.has_error()) {
        box_->push(make_error_response(find_id(line, limits), scanned.error()));
        return;
    }
    request.message = *scanned;
    // A carriage return inside ends a line for some children.
    if (request.message.has_newline) request.text = flatten_newlines(request.text);
    const bool is_modern =
        !request.message.in_meta.protocol_version.empty() || request.method() == method::discover;
    request.client_era = is_modern ? era::modern : era::legacy;
    if (is_modern) request.spoken = newest_modern;
    if (request.message.kind == message_kind::request)
        on_request(std::move(request));
    else
        take_one_way(handler_, request);
}

void stdio_transport::on_request(client_request request) {
    const std::string raw_id{request.id()};
    if (request.client_era == era::modern) {
        const auto checked = check_modern_meta(request.message, request.text);
        if (checked.has_error()) {
            box_->push(make_error_response(raw_id, checked.error()));
            return;
        }
    }
    if (!requests_.spawn(run_session_request(handler_, std::move(request), box_)))
        box_->push(
            make_error_response(raw_id, {errc::server_busy, "too many requests are in flight "
                                                            "(limits.requests_per_session_max)"}));
}

task<> stdio_transport::write() {
    for (;;) {
        co_await box_->wait(clock_type::time_point::max());
        if (box_->empty() && box_->is_closed()) co_return;
        const auto batch = box_->take_batch();
        const auto buffers = batch.buffers();
        const auto [ec, n] = co_await asio::async_write(out_, buffers, nothrow);
        if (ec) {
            log_.warning("the client closed our output: {}", ec.message());
            box_->close();
            stop();
            co_return;
        }
    }
}

} // namespace mcpgw
