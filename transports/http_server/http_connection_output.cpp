// SPDX-License-Identifier: Apache-2.0
// What goes out on a connection: replies, streams, and how long the client may take for them.
#include "transports/http_server/http_connection.hpp"

#include "protocol/http/sse.hpp"
#include "transports/buffers/write_now.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace mcpgw {

namespace {

constexpr std::size_t encoded_at_once_bytes = 128 * 1024; // less than half a millisecond
constexpr int looks_per_timeout = 4; // how exactly write_timeout is kept

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

/// Whatever ends the stream, it is written no more.
struct stream_mark {
    std::shared_ptr<outbox>& stream;
    ~stream_mark() { stream.reset(); }
};

} // namespace

/// That the system has taken and the client has not: what a read at the other end makes less.
std::size_t http_connection::bytes_on_the_way() {
    int bytes = 0;
    const bool is_known = ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0;
    return is_known && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

/// Without a wait for a client that takes nothing: the system would keep what it has of the answer
/// for minutes.
void http_connection::reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    close();
}

void http_connection::begin_write(std::size_t bytes) {
    is_writing_ = true;
    writing_.resize(bytes);
    moved_at_ = clock_type::now();
    unsent_ = bytes_on_the_way();
    watch_write();
}

/// A socket is writable again only when a good part of its buffer is free, which a slow reader may
/// need minutes for; so what it takes is looked at here, and not the progress of the write.
void http_connection::watch_write() {
    const auto timeout = service_.options.write_timeout;
    const auto step = std::max<clock_type::duration>(timeout / looks_per_timeout,
                                                     std::chrono::milliseconds{1});
    alarm_.set(clock_type::now() + step, [this, timeout] {
        const auto now = clock_type::now();
        const auto left = bytes_on_the_way();
        if (left < unsent_) moved_at_ = now;
        unsent_ = left;
        if (now - moved_at_ >= timeout) return reset();
        watch_write();
    });
}

/// All of it, if the client reads it in time.
task<bool> http_connection::send(std::span<const asio::const_buffer> parts) {
    error_code ec;
    auto rest = write_now(socket_, parts, ec);
    if (rest.empty()) co_return !ec;
    const bool is_sent = co_await send_rest(std::move(rest));
    co_return is_sent;
}

task<bool> http_connection::send_rest(std::vector<asio::const_buffer> rest) {
    std::size_t bytes = 0;
    for (const auto& part : rest) bytes += part.size();
    begin_write(bytes);
    error_code error;
    while (!rest.empty() && !error) {
        const std::span<const asio::const_buffer> parts{rest};
        const auto [ec, taken] = co_await socket_.async_write_some(parts, nothrow);
        error = ec;
        drop_front(rest, taken);
        moved_at_ = clock_type::now();
        unsent_ = bytes_on_the_way();
    }
    alarm_.clear();
    is_writing_ = false;
    writing_.resize(0);
    co_return !error;
}

/// Something that means nothing, to see whether the client still takes it.
void http_connection::probe_client() {
    if (stream_) {
        std::string comment;
        append_sse_comment(comment);
        return stream_->push_raw(std::move(comment));
    }
    // An interim reply, which a client discards that did not ask for it (RFC 9110, 15.2.1). Behind
    // other bytes it could be taken in part, and the rest would have to wait for them.
    if (is_http_10_ || bytes_on_the_way() > 0) return;
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ignored;
    socket_.write_some(asio::buffer(go_on.data(), go_on.size()), ignored);
}

/// A long body goes out compressed where the client asks for it; one that is not asked for, or
/// short, costs no more than a comparison. Event streams never are: each event must leave at once,
/// and a compressor that is flushed for each saves little and keeps its memory for every stream.
task<bool> http_connection::write(http_reply reply) {
    const auto& options = service_.options;
    const bool is_long = options.compresses && reply.body.size() >= options.compress_bytes_min;
    if (!is_long || is_head_method_) return write_plain(std::move(reply));
    const auto wanted = request_.head.find("Accept-Encoding").value_or(std::string_view{});
    const auto coding = choose_coding(wanted);
    if (coding == content_coding::identity) return write_plain(std::move(reply));
    return write_encoded(std::move(reply), coding);
}

task<bool> http_connection::write_encoded(http_reply reply, content_coding coding) {
    const auto encoder = make_encoder(coding);
    std::string out;
    bool is_good = encoder != nullptr;
    std::size_t done = 0;
    const auto& body = reply.body;
    for (std::string_view text :
         {std::string_view{body.before}, body.middle.view(), std::string_view{body.after}}) {
        while (is_good && !text.empty()) {
            const auto piece = text.substr(0, encoded_at_once_bytes);
            text.remove_prefix(piece.size());
            done += piece.size();
            is_good = encoder->feed(piece, done == body.size(), out);
            // Others have their turn in between: a long body takes milliseconds.
            if (!text.empty()) co_await asio::post(service_.ex, nothrow);
        }
    }
    if (is_good && out.size() < body.size()) {
        reply.body = std::move(out);
        reply.fields.emplace_back("Content-Encoding", to_string(coding));
        reply.fields.emplace_back("Vary", "Accept-Encoding");
    }
    const bool is_sent = co_await write_plain(std::move(reply));
    co_return is_sent;
}

task<bool> http_connection::write_plain(http_reply reply) {
    for (auto& field : common_fields()) reply.fields.push_back(std::move(field));
    const bool keeps = keep_alive_ && !reply.must_close && !is_stopping_;
    // Kept open by default in 1.1 only; some 1.0 clients wait for the end unless they are told.
    if (keeps && is_http_10_) reply.fields.emplace_back("Connection", "keep-alive");
    // What is short goes out in one piece: copying it costs less than another part of a write.
    const auto& body = reply.body;
    const bool is_short = body.size() < shared_text::long_bytes;
    auto head = reply.head(keeps, is_short ? body.size() : 0);
    std::array<asio::const_buffer, 4> parts;
    std::size_t count = 1;
    if (is_short && !is_head_method_) body.append_to(head);
    parts[0] = asio::buffer(head);
    if (!is_short && !is_head_method_)
        for (const std::string_view text :
             {std::string_view{body.before}, body.middle.view(), std::string_view{body.after}})
            parts[count++] = asio::buffer(text.data(), text.size());
    error_code ec;
    auto rest = write_now(socket_, std::span{parts}.first(count), ec);
    if (rest.empty()) co_return !ec && keeps;
    const bool is_sent = co_await send_rest(std::move(rest));
    co_return is_sent&& keeps;
}

// Plain functions: no temporary of theirs lives in a coroutine's full expression (g++ 12).
task<bool> http_connection::write_error(const fault& f, std::string_view id_json) {
    return write(error_reply(f, id_json));
}

task<bool> http_connection::write_accepted() {
    return write(accepted_reply());
}

task<bool> http_connection::write_stream(std::shared_ptr<outbox> box) {
    const bool is_chunked = !is_http_10_;
    stream_ = box;
    const stream_mark mark{stream_};
    std::string head = event_stream_head(is_chunked, common_fields());
    for (;;) {
        auto batch = box->take_batch();
        std::size_t bytes = 0;
        for (const auto& chunk : batch.chunks) bytes += chunk.size();
        std::vector<asio::const_buffer> parts{asio::buffer(head)};
        const std::string chunk_head = fmt::format("{:x}\r\n", bytes);
        if (bytes > 0 && is_chunked) parts.push_back(asio::buffer(chunk_head));
        for (const auto& part : batch.buffers()) parts.push_back(part);
        const bool is_last = box->is_closed() && box->empty();
        const std::string_view tail = is_last ? "\r\n0\r\n\r\n" : "\r\n";
        // "\r\n" ends a chunk; without a chunk before it, only the terminating chunk is left.
        const auto tail_part = bytes > 0 ? tail : tail.substr(2);
        if (is_chunked) parts.push_back(asio::buffer(tail_part.data(), tail_part.size()));
        const bool is_sent = co_await send(parts);
        if (!is_sent) co_return false;
        head.clear();
        const bool can_go_on = is_chunked && keep_alive_ && !is_stopping_;
        if (is_last) {
            box->set_delivered();
            co_return can_go_on;
        }
        const bool was_woken =
            co_await box->wait(clock_type::now() + service_.options.sse_keep_alive);
        if (!was_woken) {
            std::string comment;
            append_sse_comment(comment);
            box->push_raw(std::move(comment));
        }
    }
}

} // namespace mcpgw
