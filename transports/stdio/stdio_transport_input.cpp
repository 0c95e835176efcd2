// SPDX-License-Identifier: Apache-2.0
// What comes in on stdin, line by line.
#include "transports/stdio/stdio_transport.hpp"

#include "protocol/ascii.hpp"
#include "protocol/http/modern_headers.hpp"
#include "protocol/message/batch.hpp"
#include "protocol/message/oversized_message.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/repair/message_repair.hpp"
#include "protocol/text/byte_order_mark.hpp"
#include "transports/session/channel_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <poll.h>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds look_interval{1}; // at a client that takes nothing

/// Nobody can write to it any more, whatever is still in it.
bool is_hung_up(int descriptor) {
    pollfd each{descriptor, 0, 0};
    return ::poll(&each, 1, 0) > 0 && (each.revents & (POLLHUP | POLLERR)) != 0;
}

} // namespace

task<bool> stdio_transport::wait_for_room() {
    while (box_->is_full() && !is_stopping_) {
        co_await room_.wait_until(clock_type::now() + look_interval);
        if (is_hung_up(in_.native_handle())) co_return false;
    }
    co_return true;
}

/// Where the next message begins is known; only whose answer is waited for may not be.
void stdio_transport::on_oversized(line_buffer& buffer, bool has_ended) {
    const auto line = buffer.take_oversized(has_ended);
    if (!line) return;
    const fault too_large{errc::message_too_large,
                          fmt::format("the message is larger than {} bytes "
                                      "(limits.message_bytes_max)",
                                      limits_.message_bytes_max)};
    box_->push(make_error_response(id_of_oversized(line->beginning, line->ending), too_large));
    log_.error("a message on stdin was skipped: it is larger than {} bytes "
               "(limits.message_bytes_max)",
               limits_.message_bytes_max);
}

task<> stdio_transport::read() {
    for (const auto& line : std::exchange(begun_, {})) on_line(line);
    line_buffer buffer{limits_.message_bytes_max};
    while (!is_stopping_) {
        const bool has_room = co_await wait_for_room();
        if (!has_room || is_stopping_) co_return;
        buffer.set_line_bytes_max(limits_.message_bytes_max); // which may have changed
        const auto space = buffer.space();
        const auto [ec, n] =
            co_await in_.async_read_some(asio::buffer(space.data(), space.size()), nothrow);
        if (ec) {
            // `printf '{…}' | mcp-gateway stdio` ends without a newline.
            on_oversized(buffer, true);
            const auto last = shared_text::copy_of(buffer.rest());
            if (ec == asio::error::eof && !last.empty()) on_line(last);
            co_return;
        }
        buffer.commit(n);
        for (;;) {
            const auto line = buffer.next_line();
            if (line.has_error()) {
                on_oversized(buffer, false);
                continue;
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
        std::ranges::equal(line.substr(0, length_field.size()), length_field, {}, to_lower);
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
    request.scope = session_->scope;
    request.principal = session_->principal;
    request.spoken = session_->spoken;
    if (is_batch(line) && speaks_batches(*session_)) {
        const auto taken = take_channel_batch(handler_, limits_, requests_, request, box_);
        if (taken.has_error()) box_->push(make_error_response({}, taken.error()));
        return;
    }
    const auto scanned = scan_message(request.text, limits, nullptr, message_origin::client);
    if (scanned.has_error()) {
        fault reason = scanned.error();
        if (reason.code == errc::parse_error)
            reason.detail =
                fmt::format("{}; over stdio each message is one line of its own", reason.message());
        box_->push(make_error_response(find_id(line, limits), reason));
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
        dispatch_one_way(handler_, request);
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
    if (!requests_.spawn(run_channel_request(handler_, std::move(request), box_)))
        box_->push(
            make_error_response(raw_id, {errc::server_busy, "too many requests are in flight "
                                                            "(limits.requests_per_session_max)"}));
}

} // namespace mcpgw
