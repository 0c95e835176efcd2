#include "transports/http_fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace mcpgw {

namespace {

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::chrono::seconds reuse_time_max{60};

/// How long the connection may be kept: a second less than the server says it does.
std::chrono::milliseconds reuse_time_of(const http_response_head& head,
                                        std::chrono::milliseconds otherwise) {
    constexpr std::string_view key = "timeout=";
    const auto value = head.find("Keep-Alive").value_or(std::string_view{});
    const auto at = value.find(key);
    if (at == std::string_view::npos) return otherwise;
    const auto digits = value.substr(at + key.size());
    int seconds = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (ec != std::errc{}) return otherwise;
    return std::clamp<std::chrono::milliseconds>(std::chrono::seconds{seconds - 1},
                                                 std::chrono::seconds{0}, reuse_time_max);
}

} // namespace

http_fetch::http_fetch(http_client& client, http_client_request request)
    : client_(client)
    , request_(std::move(request))
    , parser_(std::make_unique<http_response_parser>(client.options().header_bytes_max))
    , timer_(client.get_executor())
    , self_(std::make_shared<http_fetch*>(this))
    , has_entered_(client.try_enter()) {}

http_fetch::~http_fetch() {
    *self_ = nullptr;
    if (has_entered_) client_.leave();
}

const http_response_head& http_fetch::head() const {
    return parser_->head();
}

void http_fetch::close(fault reason) {
    if (closed_) return;
    closed_ = std::move(reason);
    if (stream_) stream_->close();
    if (lookup_) lookup_->wake();
}

void http_fetch::start_timer(clock_type::time_point when, fault late) {
    timer_.expires_at(std::min(when, request_.deadline));
    timer_.async_wait([self = self_, number = ++time_limit_number_,
                       late = std::move(late)](const boost::system::error_code& ec) {
        if (!ec && *self != nullptr && (*self)->time_limit_number_ == number) (*self)->close(late);
    });
}

void http_fetch::set_time_limit(std::chrono::milliseconds time, std::string_view what) {
    const bool is_limited = time.count() > 0;
    const auto when = is_limited ? clock_type::now() + time : clock_type::time_point::max();
    start_timer(when, {errc::call_timed_out,
                       fmt::format("{} did not {} in time", request_.url.authority(), what)});
}

fault http_fetch::failure(const boost::system::error_code& ec, std::string_view what) const {
    if (closed_) return *closed_;
    const bool has_ended = ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
    return {errc::connection_lost,
            has_ended ? fmt::format("{} closed the connection {}", request_.url.authority(), what)
                      : fmt::format("the connection to {} broke {}: {}", request_.url.authority(),
                                    what, ec.message())};
}

task<result<net_stream::endpoints>> http_fetch::look_up(clock_type::time_point deadline) {
    lookup_ = client_.start_lookup(request_.url);
    if (!lookup_) co_return fault{errc::server_busy, "too many names are being looked up"};
    while (!lookup_->found() && !closed_) {
        const bool was_notified = co_await lookup_->wait_until(deadline);
        if (!was_notified) break;
    }
    if (closed_) co_return *closed_;
    if (!lookup_->found())
        co_return fault{errc::call_timed_out, "the name was not resolved in time"};
    co_return *lookup_->found();
}

task<result<void>> http_fetch::connect() {
    set_time_limit({}, {});
    const auto deadline =
        std::min(clock_type::now() + client_.options().connect_timeout, request_.deadline);
    const auto story = [this](const fault& reason) {
        if (closed_) return *closed_;
        return fault{reason.code, fmt::format("cannot connect to {}: {}", request_.url.origin(),
                                              reason.message())};
    };
    auto addresses = co_await look_up(deadline);
    if (addresses.has_error()) co_return story(addresses.error());
    stream_ = std::make_unique<net_stream>(client_.get_executor());
    const auto connected = co_await stream_->connect(std::move(*addresses), deadline);
    if (connected.has_error()) co_return story(connected.error());
    if (request_.url.is_tls) {
        auto context = client_.tls();
        if (context.has_error()) co_return story(context.error());
        set_time_limit(client_.options().tls_timeout, "end the TLS handshake");
        const auto secured = co_await stream_->start_tls(std::move(*context), request_.url.host);
        if (secured.has_error()) co_return story(secured.error());
    }
    if (closed_) co_return *closed_;
    co_return result<void>{};
}

task<result<void>> http_fetch::open() {
    if (!has_entered_)
        co_return fault{errc::server_busy,
                        fmt::format("{} connections to servers elsewhere are in use, the maximum",
                                    client_.options().connections_max)};
    if (closed_) co_return *closed_;
    stream_ = client_.take_idle(request_.url);
    if (stream_) {
        auto first = co_await exchange();
        const bool is_stale = first.has_error() && !closed_ && !parser_->has_started() &&
                              (request_.is_repeatable || !was_sent_);
        if (!is_stale) co_return first;
    }
    auto connected = co_await connect();
    if (connected.has_error()) co_return connected;
    auto second = co_await exchange();
    co_return second;
}

std::string http_fetch::request_text() const {
    std::string text;
    text.reserve(request_.body.size() + 1024);
    fmt::format_to(std::back_inserter(text), "{} {} HTTP/1.1\r\nHost: {}\r\n", request_.method,
                   request_.url.target, request_.url.authority());
    const auto is_user_agent = [](const auto& field) {
        return is_same_field(field.first, "User-Agent");
    };
    if (std::ranges::none_of(request_.fields, is_user_agent))
        text += "User-Agent: mcp-gateway/" MCPGW_VERSION "\r\n";
    for (const auto& [name, value] : request_.fields)
        fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
    if (request_.method == "POST" || !request_.body.empty())
        fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", request_.body.size());
    text += "\r\n";
    text += request_.body;
    return text;
}

task<result<void>> http_fetch::exchange() {
    was_sent_ = false;
    const std::string text = request_text();
    set_time_limit(client_.options().write_timeout, "take the request");
    const auto sent = co_await stream_->write(text);
    if (sent.ec) co_return failure(sent.ec, "before it took the request");
    was_sent_ = true;
    set_time_limit(request_.head_timeout, "answer");
    while (!parser_->has_head()) {
        const auto read = co_await read_more();
        if (read.has_error()) co_return read.error();
    }
    set_time_limit(request_.idle_timeout, "go on with its answer");
    co_return check_head();
}

result<void> http_fetch::check_head() const {
    const auto coding = head().find("Content-Encoding");
    if (!coding || coding->empty() || *coding == "identity") return {};
    return fault{errc::bad_http_request,
                 fmt::format("{} answered with Content-Encoding {}, which was not asked for",
                             request_.url.authority(), coding->substr(0, 20))};
}

task<result<void>> http_fetch::read_more() {
    space_.resize(read_bytes);
    const auto read = co_await stream_->read_some(asio::buffer(space_));
    if (closed_) co_return *closed_;
    if (read.ec == asio::error::eof) {
        const auto ended = parser_->feed_end();
        if (ended.has_error())
            co_return failure(read.ec, parser_->has_started() ? "in the middle of its answer"
                                                              : "without an answer");
        co_return result<void>{};
    }
    if (read.ec) co_return failure(read.ec, "before the answer was complete");
    const auto fed = parser_->feed({space_.data(), read.bytes});
    if (fed.has_error())
        co_return fault{fed.error().code,
                        fmt::format("{}: {}", request_.url.authority(), fed.error().message())};
    co_return result<void>{};
}

task<result<std::string>> http_fetch::read_some() {
    for (;;) {
        if (closed_) co_return *closed_;
        auto piece = parser_->take_body();
        if (parser_->is_done()) give_back();
        if (!piece.empty() || parser_->is_done()) co_return piece;
        set_time_limit(request_.idle_timeout, "go on with its answer");
        const auto read = co_await read_more();
        if (read.has_error()) co_return read.error();
    }
}

task<result<std::string>> http_fetch::read_all(std::size_t bytes_max) {
    std::string body;
    for (;;) {
        auto piece = co_await read_some();
        if (piece.has_error()) co_return piece.error();
        if (piece->empty()) co_return body;
        if (body.size() + piece->size() > bytes_max)
            co_return fault{errc::message_too_large,
                            fmt::format("{} answered with more than {} bytes",
                                        request_.url.authority(), bytes_max)};
        body += *piece;
    }
}

void http_fetch::end_within(std::chrono::milliseconds time) {
    request_.deadline = std::min(request_.deadline, clock_type::now() + time);
}

void http_fetch::give_back() {
    timer_.cancel();
    if (!stream_ || !parser_->keeps_connection()) return;
    const auto time = reuse_time_of(head(), client_.options().reuse_timeout);
    if (time.count() > 0) client_.give_back(request_.url, std::move(stream_), time);
    stream_.reset();
}

} // namespace mcpgw
