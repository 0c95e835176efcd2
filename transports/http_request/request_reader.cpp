// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/request_reader.hpp"

#include <boost/beast/http/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace mcpgw {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t body_buffer_bytes = 64 * 1024; // of a chunked body, until it is parsed

fault parse_fault(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit)
        return {errc::bad_http_request, "the header is larger than limits.header_bytes_max"};
    return {errc::bad_http_request, fmt::format("malformed HTTP request: {}", ec.message())};
}

} // namespace

request_reader::request_reader(tcp_socket& socket, deadline_timer& alarm, terms t,
                               std::function<task<bool>()> go_on)
    : terms_(std::move(t))
    , alarm_(alarm)
    , go_on_(std::move(go_on))
    // Bounds what Beast does not: the length of a chunk's extensions and of trailers.
    , in_(socket, terms_.limits.header_bytes_max + body_buffer_bytes, terms_.memory)
    , changes_seen_(terms_.changes) {}

const head_meaning& request_reader::meaning() {
    if (!request_.meaning) request_.meaning = meaning_of(request_.head, terms_.options);
    return *request_.meaning;
}

void request_reader::give_up(end why) {
    if (!is_reading_body_) return;
    given_up_ = why;
    in_.interrupt();
}

/// What is read from now on must have come by then: the read ends, not the connection, which the
/// reply that says so still needs.
void request_reader::begin_time(clock_type::duration time, std::size_t bytes_per_second_min) {
    moved_at_ = clock_type::now();
    pace_ = {moved_at_, time, bytes_per_second_min};
    received_ = 0;
    watch_time();
}

/// The timer only ends a read that waits. One that has just ended is not touched by it, so each
/// looks at the time itself.
void request_reader::watch_time() {
    alarm_.set(pace_.deadline(received_), [this] {
        if (is_late())
            in_.interrupt();
        else
            watch_time();
    });
}

bool request_reader::is_late() const {
    return clock_type::now() >= pace_.deadline(received_);
}

void request_reader::on_received(std::size_t in_all) {
    if (in_all > received_) moved_at_ = clock_type::now();
    received_ = in_all;
}

bool request_reader::try_repeat() {
    if (changes_seen_ != terms_.changes || !request_.matches(in_.data())) return false;
    in_.consume(request_.raw_size());
    return true;
}

void request_reader::begin_head(std::optional<http_request_parser>& parser) {
    changes_seen_ = terms_.changes;
    keeps_alive_ = true; // all of this was of the request before
    is_http_10_ = is_head_method_ = false;
    origin_.clear();
    parser.emplace(request_);
    parser->header_limit(static_cast<std::uint32_t>(terms_.limits.header_bytes_max));
    parser->body_limit(boost::none); // until the head is read: a refusal names what it refuses
}

/// Some clients send one after a body (RFC 9112, 2.2).
void request_reader::skip_empty_lines() {
    const auto held = in_.data();
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
    in_.consume(skipped);
}

bool request_reader::try_head(http_request_parser& parser, error_code& ec) {
    if (!parser.got_some()) skip_empty_lines();
    if (in_.empty() || in_.data() == "\r") return false;
    const auto held = in_.data();
    const bool is_begun = parser.got_some();
    const auto taken = parser.put(asio::buffer(held), ec);
    if (ec == http::error::need_more) ec = {};
    // Kept before it is checked, but a head that is refused ends the connection. With chunks, the
    // parser is needed again.
    if (parser.is_header_done() && !is_begun && !parser.chunked())
        request_.keep(held.substr(0, taken));
    in_.consume(taken);
    return parser.is_header_done();
}

task<result<bool>> request_reader::read_head(http_request_parser& parser, error_code ec) {
    if (!ec) begin_time(terms_.options.header_timeout, 0);
    while (!ec && !try_head(parser, ec)) {
        if (ec) break;
        const auto error = co_await in_.read_more();
        ec = error;
        if (!ec && is_late()) ec = asio::error::timed_out;
    }
    alarm_.clear();
    if (!ec) co_return true;
    if (ec == asio::error::operation_aborted || ec == asio::error::timed_out)
        co_return fault{errc::request_timeout, "the header did not arrive in time"};
    const bool is_protocol_error =
        ec.category() == http::make_error_code(http::error::bad_value).category();
    if (is_protocol_error) co_return parse_fault(ec);
    co_return false;
}

result<void> request_reader::check_head(const http_request_parser& parser) {
    const auto& head = request_.head;
    is_http_10_ = head.version == 10;
    is_head_method_ = head.method == "HEAD";
    keeps_alive_ = parser.keep_alive();
    if (auto framed = check_framing(head); framed.has_error()) return framed;
    if (auto allowed = check_access(head, terms_.options.access); allowed.has_error())
        return allowed;
    if (const auto origin = head.find(header_name::origin)) origin_ = *origin;
    return {};
}

/// Of a body that does not come in chunks, which check_framing() has found to be a number.
std::uint64_t request_reader::body_length() const {
    const auto digits = request_.head.find(header_name::content_length).value_or("0");
    std::uint64_t length = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return length;
}

bool request_reader::try_body(shared_text& body) {
    const auto length = body_length();
    if (length > in_.data().size() || length > terms_.limits.message_bytes_max) return false;
    if (length >= shared_text::long_bytes && !terms_.memory->has_room(length)) return false;
    body = in_.take(length);
    return true;
}

task<result<void>> request_reader::read_body(http_request_parser* chunks, shared_text& body) {
    const auto bytes_max = terms_.limits.message_bytes_max;
    const auto too_large = [bytes_max] {
        return fault{
            errc::message_too_large,
            fmt::format("the body is larger than {} bytes (limits.message_bytes_max)", bytes_max)};
    };
    const auto length = chunks != nullptr ? 0 : body_length();
    if (length > bytes_max) co_return too_large();
    is_reading_body_ = true;
    given_up_ = end::none;
    // An HTTP/1.0 client does not know the interim reply (RFC 9110, 10.1.1).
    if (request_.head.count("Expect") > 0 && !is_http_10_) {
        const bool is_sent = co_await go_on_();
        if (!is_sent) {
            is_reading_body_ = false;
            co_return fault{errc::request_timeout};
        }
    }
    begin_time(terms_.options.body_timeout, terms_.options.body_rate_min);
    auto rest = chunks != nullptr ? read_chunks(*chunks, body) : read_told(length, body);
    const auto ec = co_await std::move(rest);
    alarm_.clear();
    is_reading_body_ = false;
    if (!ec) co_return result<void>{};
    if (ec == http::error::body_limit) co_return too_large();
    co_return body_fault(ec);
}

fault request_reader::body_fault(const error_code& ec) const {
    if (given_up_ == end::gateway_stops) return errc::gateway_stopping;
    if (ec == asio::error::no_memory || given_up_ == end::no_room)
        return {errc::server_busy,
                fmt::format("the gateway holds {} bytes for clients, the maximum is {} "
                            "(limits.memory_max): try again later",
                            terms_.memory->used(), terms_.memory->bytes_max())};
    if (ec == asio::error::operation_aborted || ec == asio::error::timed_out)
        return {errc::request_timeout,
                fmt::format("the body did not arrive in time: {} bytes came (http.body_timeout_ms, "
                            "http.body_rate_min)",
                            received_)};
    if (ec == asio::error::eof) return parse_fault(http::error::partial_message);
    return parse_fault(ec);
}

/// A body whose length is told stays where it is read.
task<request_reader::error_code> request_reader::read_told(std::size_t length, shared_text& body) {
    for (;;) {
        // Begun for another purpose, or by us.
        while (in_.is_reading()) co_await in_.arrived();
        const auto held = in_.data().size();
        on_received(std::min(held, length));
        if (given_up_ == end::no_room || !in_.count_held(length)) co_return asio::error::no_memory;
        if (held >= length) break;
        if (in_.error()) co_return in_.error();
        if (is_late() || given_up_ != end::none) co_return asio::error::timed_out;
        in_.begin_toward(length);
    }
    body = in_.take(length);
    co_return error_code{};
}

/// A chunked body goes through the parser.
task<request_reader::error_code> request_reader::read_chunks(http_request_parser& parser,
                                                             shared_text& body) {
    parser.body_limit(terms_.limits.message_bytes_max);
    parser.count_body_in(terms_.memory);
    while (!parser.is_done()) {
        error_code ec;
        const auto taken = in_.empty() ? 0 : parser.put(asio::buffer(in_.data()), ec);
        in_.consume(taken);
        on_received(parser.body_bytes());
        if (ec && ec != http::error::need_more) co_return ec;
        if (parser.is_done() || (taken > 0 && !in_.empty())) continue;
        if (is_late() || given_up_ != end::none) co_return asio::error::timed_out;
        const auto error = co_await in_.read_more();
        if (error) co_return error;
    }
    body = parser.take_body();
    co_return error_code{};
}

} // namespace mcpgw
