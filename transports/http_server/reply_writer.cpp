// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/reply_writer.hpp"

#include "protocol/http/sse.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

namespace mcpgw {

namespace {

constexpr std::size_t encoded_at_once_bytes = 128 * 1024; // less than half a millisecond
constexpr std::string_view interim_reply = "HTTP/1.1 100 Continue\r\n\r\n";

/// Whatever ends the stream, it is written no more.
struct stream_mark {
    std::shared_ptr<outbox>& stream;
    ~stream_mark() { stream.reset(); }
};

} // namespace

std::vector<std::pair<std::string, std::string>> reply_writer::common_fields() const {
    if (request_.origin().empty()) return {};
    return {{"Access-Control-Allow-Origin", request_.origin()},
            {"Access-Control-Expose-Headers", "Mcp-Session-Id, MCP-Protocol-Version"},
            {"Vary", "Origin"}};
}

task<bool> reply_writer::go_on() {
    const std::array parts{asio::buffer(interim_reply.data(), interim_reply.size())};
    const bool is_sent = co_await out_.send(parts);
    co_return is_sent;
}

void reply_writer::probe() {
    if (stream_) {
        std::string comment;
        append_sse_comment(comment);
        return stream_->push_raw(std::move(comment));
    }
    // An interim reply, which a client discards that did not ask for it (RFC 9110, 15.2.1). Behind
    // other bytes it could be taken in part, and the rest would have to wait for them.
    if (request_.is_http_10() || out_.bytes_on_the_way() > 0) return;
    const std::array parts{asio::buffer(interim_reply.data(), interim_reply.size())};
    boost::system::error_code ignored;
    out_.try_send(parts, ignored);
}

/// A long body goes out compressed where the client asks for it; one that is not asked for, or
/// short, costs no more than a comparison. Event streams never are: each event must leave at once,
/// and a compressor that is flushed for each saves little and keeps its memory for every stream.
task<bool> reply_writer::write(http_reply&& reply) {
    const bool is_long = options_.compresses && reply.body.size() >= options_.compress_bytes_min;
    if (!is_long || request_.is_head_method()) return write_plain(std::move(reply));
    const auto wanted = request_.head().find("Accept-Encoding").value_or(std::string_view{});
    const auto coding = choose_coding(wanted);
    if (coding == content_coding::identity) return write_plain(std::move(reply));
    return write_encoded(std::move(reply), coding);
}

task<bool> reply_writer::write_encoded(http_reply reply, content_coding coding) {
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
            if (!text.empty()) co_await asio::post(ex_, nothrow);
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

task<bool> reply_writer::write_plain(http_reply reply) {
    for (auto& field : common_fields()) reply.fields.push_back(std::move(field));
    const bool keeps = request_.keeps_alive() && !reply.must_close && !is_last_;
    // Kept open by default in 1.1 only; some 1.0 clients wait for the end unless they are told.
    if (keeps && request_.is_http_10()) reply.fields.emplace_back("Connection", "keep-alive");
    // What is short goes out in one piece: copying it costs less than another part of a write.
    const auto& body = reply.body;
    const bool is_short = body.size() < shared_text::long_bytes;
    auto head = reply.head(keeps, is_short ? body.size() : 0);
    std::array<asio::const_buffer, 4> parts;
    std::size_t count = 1;
    if (is_short && !request_.is_head_method()) body.append_to(head);
    parts[0] = asio::buffer(head);
    if (!is_short && !request_.is_head_method())
        for (const std::string_view text :
             {std::string_view{body.before}, body.middle.view(), std::string_view{body.after}})
            parts[count++] = asio::buffer(text.data(), text.size());
    boost::system::error_code ec;
    auto rest = out_.try_send(std::span{parts}.first(count), ec);
    if (rest.empty()) co_return !ec && keeps;
    const bool is_sent = co_await out_.send_rest(std::move(rest));
    co_return is_sent&& keeps;
}

task<bool> reply_writer::write_stream(std::shared_ptr<outbox> box) {
    const bool is_chunked = !request_.is_http_10();
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
        const bool is_sent = co_await out_.send(parts);
        if (!is_sent) co_return false;
        head.clear();
        const bool can_go_on = is_chunked && request_.keeps_alive() && !is_last_;
        if (is_last) {
            box->set_delivered();
            co_return can_go_on;
        }
        const bool was_woken = co_await box->wait(clock_type::now() + options_.sse_keep_alive);
        if (!was_woken) {
            std::string comment;
            append_sse_comment(comment);
            box->push_raw(std::move(comment));
        }
    }
}

} // namespace mcpgw
