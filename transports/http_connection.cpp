#include "transports/http_connection.hpp"

#include "transports/delayed_call.hpp"
#include "transports/legacy_sse.hpp"
#include "transports/streamable_http.hpp"

#include "protocol/cors.hpp"
#include "protocol/sse.hpp"

#include <boost/beast/http/read.hpp>

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <optional>

namespace mcpgw {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t body_buffer_bytes = 64 * 1024; // what Beast reads of a body at once
constexpr std::size_t drain_bytes_max = 64U << 20U;  // read and thrown away before a close
constexpr std::chrono::seconds drain_time{5};

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

/// Name in /servers/{name}/mcp, or empty.
std::string_view scope_of(std::string_view path) {
    constexpr std::string_view prefix = "/servers/";
    constexpr std::string_view suffix = "/mcp";
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return {};
    if (path.size() <= prefix.size() + suffix.size()) return {};
    return path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
}

fault parse_fault(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit)
        return {errc::bad_http_request, "the header is larger than limits.header_bytes_max"};
    return {errc::bad_http_request, fmt::format("malformed HTTP request: {}", ec.message())};
}

} // namespace

http_connection::http_connection(tcp_socket socket, http_service& service)
    : stream_(std::move(socket))
    , service_(service)
    , watch_(stream_.socket())
    // Bounds what Beast does not: the length of a chunk's extensions and of trailers.
    , buffer_(service.limits.header_bytes_max + body_buffer_bytes) {
    service_.connections.insert(this);
}

http_connection::~http_connection() {
    service_.connections.erase(this);
}

void http_connection::close() {
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
}

void http_connection::stop() {
    is_stopping_ = true;
    if (is_idle_) return close();
    if (running_ != nullptr) running_->abort({errc::gateway_stopping});
}

task<> http_connection::run() {
    boost::system::error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    for (;;) {
        const auto next = co_await serve_one();
        if (next == next_step::close || is_stopping_) break;
    }
    is_idle_ = true;
    if (!is_stopping_) co_await drain();
}

/// A reset, caused by closing with unread bytes, could destroy our last reply on its way.
task<> http_connection::drain() {
    boost::system::error_code ec;
    stream_.socket().shutdown(tcp_socket::shutdown_send, ec);
    if (ec) co_return;
    stream_.expires_after(drain_time);
    std::array<char, read_bytes> scratch{};
    for (std::size_t total = 0; total < drain_bytes_max;) {
        const auto [error, n] = co_await stream_.async_read_some(asio::buffer(scratch), nothrow);
        if (error) break;
        total += n;
    }
}

task<bool> http_connection::read_head(parser_type& parser) {
    if (buffer_.size() == 0) {
        stream_.expires_after(service_.options.idle_timeout);
        const auto space = buffer_.prepare(read_bytes);
        const auto [ec, n] = co_await stream_.async_read_some(space, nothrow);
        if (ec) co_return false;
        buffer_.commit(n);
    }
    stream_.expires_never();
    // The stream's own deadline would close the socket, which the reply that says so still needs.
    const delayed_call deadline{service_.ex, service_.options.header_timeout, [this] {
                                    stream_.cancel();
                                }};
    const auto [ec, n] = co_await http::async_read_header(stream_, buffer_, parser, nothrow);
    if (!ec) co_return true;
    if (ec == asio::error::operation_aborted) {
        const fault late{errc::request_timeout, "the header did not arrive in time"};
        co_await refuse(late);
        co_return false;
    }
    const bool is_protocol_error =
        ec.category() == http::make_error_code(http::error::bad_value).category() &&
        ec != http::error::end_of_stream && ec != http::error::partial_message;
    if (is_protocol_error) co_await refuse(parse_fault(ec));
    co_return false;
}

result<void> http_connection::check_head(const parser_type& parser) {
    const auto& message = parser.get();
    head_.method = message.method_string();
    head_.target = message.target();
    head_.version = static_cast<int>(message.version());
    head_.fields.clear();
    for (const auto& field : message) head_.fields.push_back({field.name_string(), field.value()});
    is_http_10_ = head_.version == 10;
    is_head_method_ = head_.method == "HEAD";
    keep_alive_ = message.keep_alive();
    if (auto framed = check_framing(head_); framed.has_error()) return framed;
    if (auto allowed = check_access(head_, service_.options.access); allowed.has_error())
        return allowed;
    origin_ = head_.find("Origin").value_or("");
    return {};
}

std::vector<std::pair<std::string, std::string>> http_connection::common_fields() const {
    if (origin_.empty()) return {};
    return {{"Access-Control-Allow-Origin", origin_},
            {"Access-Control-Expose-Headers", "Mcp-Session-Id, MCP-Protocol-Version"},
            {"Vary", "Origin"}};
}

task<http_connection::next_step> http_connection::refuse(fault f, std::string_view id) {
    auto reply = error_reply(f, id);
    reply.must_close = true;
    co_await write(std::move(reply));
    co_return next_step::close;
}

task<http_connection::next_step> http_connection::serve_one() {
    is_http_10_ = is_head_method_ = false; // of the request before
    origin_.clear();
    parser_type parser;
    parser.header_limit(static_cast<std::uint32_t>(service_.limits.header_bytes_max));
    parser.body_limit(boost::none); // until the head is read: a refusal names what it refuses
    is_idle_ = true;
    const bool has_head = co_await read_head(parser);
    if (!has_head) co_return next_step::close;
    is_idle_ = false;
    const auto checked = check_head(parser);
    if (checked.has_error()) co_return co_await refuse(checked.error());
    const auto body = co_await read_body(parser);
    if (body.has_error()) co_return co_await refuse(body.error());
    stream_.expires_never();
    co_return co_await dispatch(parser);
}

task<result<void>> http_connection::read_body(parser_type& parser) {
    const fault too_large{errc::message_too_large,
                          fmt::format("the body is larger than {} bytes (limits.message_bytes_max)",
                                      service_.limits.message_bytes_max)};
    const auto length = parser.content_length();
    if (length && *length > service_.limits.message_bytes_max) co_return too_large;
    if (parser.is_done()) co_return result<void>{};
    parser.body_limit(service_.limits.message_bytes_max);
    const delayed_call deadline{service_.ex, service_.options.body_timeout, [this] {
                                    stream_.cancel();
                                }};
    // An HTTP/1.0 client does not know the interim reply (RFC 9110, 10.1.1).
    if (head_.count("Expect") > 0 && !is_http_10_) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [ec, n] =
            co_await asio::async_write(stream_, asio::buffer(go_on.data(), go_on.size()), nothrow);
        if (ec) co_return fault{errc::request_timeout};
    }
    const auto [ec, n] = co_await http::async_read(stream_, buffer_, parser, nothrow);
    if (ec == http::error::body_limit) co_return too_large;
    if (ec == asio::error::operation_aborted)
        co_return fault{errc::request_timeout, "the body did not arrive in time"};
    if (ec) co_return parse_fault(ec);
    co_return result<void>{};
}

task<http_connection::next_step> http_connection::dispatch(parser_type& parser) {
    const auto path = path_of(head_.target);
    const auto& options = service_.options;
    const auto scope = scope_of(path);
    std::string body = std::move(parser.get().body());
    bool is_good = false;
    if (head_.method == "OPTIONS") {
        http_reply reply;
        reply.status = 204;
        reply.fields = {{"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"},
                        {"Access-Control-Allow-Headers", allowed_cors_headers(head_)},
                        {"Access-Control-Max-Age", "600"}};
        is_good = co_await write(std::move(reply));
    } else if (path == options.path || !scope.empty()) {
        if (!scope.empty() && !service_.handler.has_scope(scope)) {
            fault missing{errc::path_not_found,
                          fmt::format("no server named '{}' is configured", scope)};
            is_good = co_await write_error(missing);
        } else {
            std::string name{scope};
            is_good =
                co_await serve_streamable_http(*this, head_, std::move(body), std::move(name));
        }
    } else if (path == options.sse_path || path == options.messages_path) {
        is_good = co_await serve_legacy_sse(*this, head_, std::move(body));
    } else if (path == "/healthz" || path == "/readyz") {
        http_reply reply;
        reply.content_type = "text/plain";
        reply.body = "ok\n";
        const auto ready = service_.handler.readiness();
        if (path == "/readyz" && ready.has_error()) {
            reply.status = 503;
            reply.body = std::string{ready.error().message()} + "\n";
        }
        is_good = co_await write(std::move(reply));
    } else {
        fault missing{
            errc::path_not_found,
            fmt::format("nothing is served at this path; MCP clients use {}", options.path)};
        is_good = co_await write_error(missing);
    }
    co_return is_good ? next_step::go_on : next_step::close;
}

task<bool> http_connection::write(http_reply reply) {
    for (auto& field : common_fields()) reply.fields.push_back(std::move(field));
    const bool keeps = keep_alive_ && !reply.must_close && !is_stopping_;
    // Kept open by default in 1.1 only; some 1.0 clients wait for the end unless they are told.
    if (keeps && is_http_10_) reply.fields.emplace_back("Connection", "keep-alive");
    const auto head = reply.head(keeps);
    if (is_head_method_) reply.body.clear();
    stream_.expires_after(service_.options.write_timeout);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(reply.body)};
    const auto [ec, n] = co_await asio::async_write(stream_, parts, nothrow);
    stream_.expires_never();
    co_return !ec && keeps;
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
        stream_.expires_after(service_.options.write_timeout);
        const auto [ec, n] = co_await asio::async_write(stream_, parts, nothrow);
        stream_.expires_never();
        if (ec) co_return false;
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
