// SPDX-License-Identifier: Apache-2.0
// What comes in on a connection: heads and bodies, and the time that they may take.
#include "transports/http_server/http_connection.hpp"

#include <boost/beast/http/error.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace mcpgw {

namespace {

namespace http = boost::beast::http;

fault parse_fault(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit)
        return {errc::bad_http_request, "the header is larger than limits.header_bytes_max"};
    return {errc::bad_http_request, fmt::format("malformed HTTP request: {}", ec.message())};
}

} // namespace

/// What is read from now on must have come by then: the read ends, not the connection, which the
/// reply that says so still needs.
void http_connection::begin_time(clock_type::duration time, std::size_t bytes_per_second_min) {
    moved_at_ = clock_type::now();
    pace_ = {moved_at_, time, bytes_per_second_min};
    received_ = 0;
    watch_time();
}

/// The timer only ends a read that waits. One that has just ended is not touched by it, so each
/// looks at the time itself.
void http_connection::watch_time() {
    alarm_.set(pace_.deadline(received_), [this] {
        if (is_late())
            reader_.interrupt();
        else
            watch_time();
    });
}

bool http_connection::is_late() const {
    return clock_type::now() >= pace_.deadline(received_);
}

void http_connection::on_received(std::size_t in_all) {
    if (in_all > received_) moved_at_ = clock_type::now();
    received_ = in_all;
}

bool http_connection::try_repeat() {
    if (!request_.repeats(reader_.data())) return false;
    reader_.consume(request_.raw_size());
    return true;
}

/// Some clients send one after a body (RFC 9112, 2.2).
void http_connection::skip_empty_lines() {
    const auto held = reader_.data();
    std::size_t skipped = 0;
    for (;;) {
        const auto rest = held.substr(skipped);
        if (rest.starts_with("\r\n"))
            skipped += 2;
        else if (rest.starts_with('\n'))
            skipped += 1;
        else
            break;
    }
    reader_.consume(skipped);
}

bool http_connection::try_parse(http_request_parser& parser, error_code& ec) {
    if (!parser.got_some()) skip_empty_lines();
    if (reader_.empty() || reader_.data() == "\r") return false;
    const auto held = reader_.data();
    const bool is_begun = parser.got_some();
    const auto taken = parser.put(asio::buffer(held), ec);
    if (ec == http::error::need_more) ec = {};
    // Kept before it is checked, but a head that is refused ends the connection. With chunks, the
    // parser is needed again.
    if (parser.is_header_done() && !is_begun && !parser.chunked())
        request_.keep(held.substr(0, taken));
    reader_.consume(taken);
    return parser.is_header_done();
}

/// A head that did not come at once, or was refused with `ec`.
task<bool> http_connection::read_head(http_request_parser& parser, error_code ec) {
    if (!ec) begin_time(service_.options.header_timeout, 0);
    while (!ec && !try_parse(parser, ec)) {
        if (ec) break;
        const auto error = co_await reader_.read_more();
        ec = error;
        if (!ec && is_late()) ec = asio::error::timed_out;
    }
    alarm_.clear();
    if (!ec) co_return true;
    if (ec == asio::error::operation_aborted || ec == asio::error::timed_out) {
        const fault late{errc::request_timeout, "the header did not arrive in time"};
        co_await refuse(late);
        co_return false;
    }
    const bool is_protocol_error =
        ec.category() == http::make_error_code(http::error::bad_value).category();
    if (is_protocol_error) co_await refuse(parse_fault(ec));
    co_return false;
}

result<void> http_connection::check_head(const http_request_parser& parser) {
    const auto& head = request_.head;
    is_http_10_ = head.version == 10;
    is_head_method_ = head.method == "HEAD";
    keep_alive_ = parser.keep_alive();
    if (auto framed = check_framing(head); framed.has_error()) return framed;
    if (auto allowed = check_access(head, service_.options.access); allowed.has_error())
        return allowed;
    if (const auto origin = head.find(header_name::origin)) origin_ = *origin;
    return {};
}

/// Of a body that does not come in chunks, which check_framing() has found to be a number.
std::uint64_t http_connection::body_length() const {
    const auto digits = request_.head.find(header_name::content_length).value_or("0");
    std::uint64_t length = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return length;
}

/// The body, if it has come with the head.
bool http_connection::try_take_body(shared_text& body) {
    const auto length = body_length();
    if (length > reader_.data().size() || length > service_.limits.message_bytes_max) return false;
    if (length >= shared_text::long_bytes && !service_.memory->has_room(length)) return false;
    body = reader_.take(length);
    return true;
}

/// `chunks`: null unless the body comes in chunks.
task<result<void>> http_connection::read_body(http_request_parser* chunks, shared_text& body) {
    const auto bytes_max = service_.limits.message_bytes_max;
    const auto too_large = [bytes_max] {
        return fault{
            errc::message_too_large,
            fmt::format("the body is larger than {} bytes (limits.message_bytes_max)", bytes_max)};
    };
    const auto length = chunks != nullptr ? 0 : body_length();
    if (length > bytes_max) co_return too_large();
    // An HTTP/1.0 client does not know the interim reply (RFC 9110, 10.1.1).
    if (request_.head.count("Expect") > 0 && !is_http_10_) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const std::array parts{asio::buffer(go_on.data(), go_on.size())};
        const bool is_sent = co_await send(parts);
        if (!is_sent) co_return fault{errc::request_timeout};
    }
    is_reading_body_ = true;
    begin_time(service_.options.body_timeout, service_.options.body_rate_min);
    auto rest = chunks != nullptr ? read_chunks(*chunks, body) : read_told(length, body);
    const auto ec = co_await std::move(rest);
    alarm_.clear();
    is_reading_body_ = false;
    if (!ec) co_return result<void>{};
    if (ec == http::error::body_limit) co_return too_large();
    co_return body_fault(ec);
}

fault http_connection::body_fault(const error_code& ec) const {
    if (is_stopping_) return errc::gateway_stopping;
    if (ec == asio::error::no_memory || is_ended_)
        return {errc::server_busy,
                fmt::format("the gateway holds {} bytes for clients, the maximum is {} "
                            "(limits.memory_max): try again later",
                            service_.memory->used(), service_.memory->bytes_max())};
    if (ec == asio::error::operation_aborted || ec == asio::error::timed_out)
        return {errc::request_timeout,
                fmt::format("the body did not arrive in time: {} bytes came (http.body_timeout_ms, "
                            "http.body_rate_min)",
                            received_)};
    if (ec == asio::error::eof) return parse_fault(http::error::partial_message);
    return parse_fault(ec);
}

/// A body whose length is told stays where it is read.
task<http_connection::error_code> http_connection::read_told(std::size_t length,
                                                             shared_text& body) {
    for (;;) {
        // Begun for another purpose, or by us.
        while (reader_.is_reading()) co_await reader_.arrived();
        const auto held = reader_.data().size();
        on_received(std::min(held, length));
        if (is_ended_ || !reader_.count_held(length)) co_return asio::error::no_memory;
        if (held >= length) break;
        if (reader_.error()) co_return reader_.error();
        if (is_late() || is_stopping_) co_return asio::error::timed_out;
        reader_.begin_toward(length);
    }
    body = reader_.take(length);
    co_return error_code{};
}

/// A chunked body goes through the parser.
task<http_connection::error_code> http_connection::read_chunks(http_request_parser& parser,
                                                               shared_text& body) {
    parser.body_limit(service_.limits.message_bytes_max);
    parser.count_body_in(service_.memory);
    while (!parser.is_done()) {
        error_code ec;
        const auto taken = reader_.empty() ? 0 : parser.put(asio::buffer(reader_.data()), ec);
        reader_.consume(taken);
        on_received(parser.body_bytes());
        if (ec && ec != http::error::need_more) co_return ec;
        if (parser.is_done() || (taken > 0 && !reader_.empty())) continue;
        if (is_late() || is_stopping_) co_return asio::error::timed_out;
        const auto error = co_await reader_.read_more();
        if (error) co_return error;
    }
    body = parser.take_body();
    co_return error_code{};
}

} // namespace mcpgw
