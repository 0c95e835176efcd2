#include "transports/http_connection.hpp"

#include "transports/http_pages.hpp"
#include "transports/legacy_sse.hpp"
#include "transports/streamable_http.hpp"
#include "transports/write_now.hpp"

#include "protocol/request_target.hpp"
#include "protocol/sse.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <optional>

namespace mcpgw {

namespace {

constexpr std::size_t body_buffer_bytes = 64 * 1024; // of a chunked body, until it is parsed
constexpr std::size_t drain_bytes_max = 64U << 20U;  // read and thrown away before a close
constexpr std::chrono::seconds drain_time{5};
constexpr std::size_t encoded_at_once_bytes = 128 * 1024; // less than half a millisecond

/// Name in /servers/{name}/mcp, or empty.
std::string_view scope_of(std::string_view path) {
    constexpr std::string_view prefix = "/servers/";
    constexpr std::string_view suffix = "/mcp";
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return {};
    if (path.size() <= prefix.size() + suffix.size()) return {};
    return path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
}

} // namespace

http_connection::http_connection(tcp_socket socket, http_service& service)
    : socket_(std::move(socket))
    , service_(service)
    // Bounds what Beast does not: the length of a chunk's extensions and of trailers.
    , reader_(socket_, service.limits.header_bytes_max + body_buffer_bytes)
    , alarm_(service.ex) {
    service_.connections.insert(this);
}

http_connection::~http_connection() {
    service_.connections.erase(this);
}

void http_connection::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void http_connection::stop() {
    is_stopping_ = true;
    if (is_idle_) return close();
    if (running_ != nullptr) running_->abort({errc::gateway_stopping});
}

task<> http_connection::run() {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored); // for send()
    for (;;) {
        const bool is_good = co_await serve_one();
        if (!is_good || is_stopping_) break;
    }
    is_idle_ = true;
    if (!is_stopping_) co_await drain();
}

/// A reset, caused by closing with unread bytes, could destroy our last reply on its way.
task<> http_connection::drain() {
    boost::system::error_code ec;
    socket_.shutdown(tcp_socket::shutdown_send, ec);
    if (ec) co_return;
    alarm_.set(clock_type::now() + drain_time, [this] { close(); });
    for (std::size_t total = 0; total < drain_bytes_max;) {
        total += reader_.data().size();
        reader_.consume(reader_.data().size());
        const auto error = co_await reader_.read_more();
        if (error) break;
    }
    alarm_.clear();
}

std::vector<std::pair<std::string, std::string>> http_connection::common_fields() const {
    if (origin_.empty()) return {};
    return {{"Access-Control-Allow-Origin", origin_},
            {"Access-Control-Expose-Headers", "Mcp-Session-Id, MCP-Protocol-Version"},
            {"Vary", "Origin"}};
}

task<bool> http_connection::refuse(fault f) {
    auto reply = error_reply(f);
    reply.must_close = true;
    return write(std::move(reply));
}

/// One request. False: the connection is to be closed.
task<bool> http_connection::serve_one() {
    is_idle_ = true;
    if (reader_.empty()) {
        alarm_.set(clock_type::now() + service_.options.idle_timeout, [this] { close(); });
        reader_.begin_more();
        while (reader_.is_reading()) co_await reader_.arrived();
        alarm_.clear();
        if (reader_.error()) co_return false;
    }
    std::optional<http_request_parser> parser; // of a head that is not the one before
    if (!try_repeat()) {
        is_http_10_ = is_head_method_ = false; // of the request before
        origin_.clear();
        parser.emplace(request_);
        parser->header_limit(static_cast<std::uint32_t>(service_.limits.header_bytes_max));
        parser->body_limit(boost::none); // until the head is read: a refusal names what it refuses
        error_code ec;
        if (!try_parse(*parser, ec) || ec) {
            const bool has_head = co_await read_head(*parser, ec);
            if (!has_head) co_return false;
        }
    }
    is_idle_ = false;
    if (parser) {
        const auto checked = check_head(*parser);
        if (checked.has_error()) co_return co_await refuse(checked.error());
    }
    auto* const chunks = parser && parser->chunked() ? &*parser : nullptr;
    shared_text body;
    if (chunks != nullptr || !try_take_body(body)) {
        const auto taken = co_await read_body(chunks, body);
        if (taken.has_error()) co_return co_await refuse(taken.error());
    }
    const bool is_good = co_await dispatch(std::move(body));
    co_return is_good;
}

/// A plain function, as all on the way of a call that have nothing to wait for themselves: each
/// coroutine costs an allocation.
task<bool> http_connection::dispatch(shared_text body) {
    const auto& head = request_.head;
    const auto path = split_target(head.target).path;
    const auto& options = service_.options;
    const auto scope = scope_of(path);
    if (head.method == "OPTIONS") return write(preflight_reply(head));
    if (!scope.empty() && !service_.handler.has_scope(scope))
        return write_error(
            {errc::path_not_found, fmt::format("no server named '{}' is configured", scope)});
    const bool is_endpoint = path == options.path || !scope.empty();
    const bool is_sse = path == options.sse_path || path == options.messages_path;
    // What only looks opens no stream and no session.
    if ((is_endpoint || is_sse) && is_head_method_) return write(endpoint_reply());
    if (is_endpoint && !shows_page(head))
        return serve_streamable_http(*this, head, std::move(body), std::string{scope});
    if (is_sse) return serve_legacy_sse(*this, head, std::move(body));
    boost::system::error_code ec;
    const auto peer = socket_.remote_endpoint(ec);
    const bool is_near = !ec && is_loopback_address(peer.address());
    return write(page_reply(head, service_, is_near));
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
    alarm_.set(clock_type::now() + service_.options.write_timeout, [this] { close(); });
    const auto [ec, n] = co_await asio::async_write(socket_, rest, nothrow);
    alarm_.clear();
    co_return !ec;
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
