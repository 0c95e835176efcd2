// What comes in on a connection: heads and bodies, and the time that they may take.
#include "transports/http_connection.hpp"

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
void http_connection::begin_time(clock_type::duration time) {
    if (alarm_.is_set()) return;
    alarm_.set(clock_type::now() + time, [this] { reader_.interrupt(); });
}

bool http_connection::try_repeat() {
    if (!request_.repeats(reader_.data())) return false;
    reader_.consume(request_.raw_size());
    return true;
}

bool http_connection::try_parse(http_request_parser& parser, error_code& ec) {
    if (reader_.empty()) return false;
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
    while (!ec && !try_parse(parser, ec)) {
        if (ec) break;
        begin_time(service_.options.header_timeout);
        const auto error = co_await reader_.read_more();
        ec = error;
    }
    alarm_.clear();
    if (!ec) co_return true;
    if (ec == asio::error::operation_aborted) {
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
    begin_time(service_.options.body_timeout);
    auto rest = chunks != nullptr ? read_chunks(*chunks, body) : read_told(length, body);
    const auto ec = co_await std::move(rest);
    alarm_.clear();
    if (!ec) co_return result<void>{};
    if (ec == http::error::body_limit) co_return too_large();
    if (ec == asio::error::operation_aborted)
        co_return fault{errc::request_timeout, "the body did not arrive in time"};
    if (ec == asio::error::eof) co_return parse_fault(http::error::partial_message);
    co_return parse_fault(ec);
}

/// A body whose length is told stays where it is read.
task<http_connection::error_code> http_connection::read_told(std::size_t length,
                                                             shared_text& body) {
    const auto ec = co_await reader_.read_at_least(length);
    if (!ec) body = reader_.take(length);
    co_return ec;
}

/// A chunked body goes through the parser.
task<http_connection::error_code> http_connection::read_chunks(http_request_parser& parser,
                                                               shared_text& body) {
    parser.body_limit(service_.limits.message_bytes_max);
    while (!parser.is_done()) {
        error_code ec;
        const auto taken = reader_.empty() ? 0 : parser.put(asio::buffer(reader_.data()), ec);
        reader_.consume(taken);
        if (ec && ec != http::error::need_more) co_return ec;
        if (parser.is_done() || (taken > 0 && !reader_.empty())) continue;
        const auto error = co_await reader_.read_more();
        if (error) co_return error;
    }
    body = parser.take_body();
    co_return error_code{};
}

} // namespace mcpgw
