// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace mcpgw {

namespace {

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::chrono::seconds reuse_time_max{60};
constexpr std::size_t left_bytes_max = 64 * 1024; // of a redirect's body, read for its connection
constexpr std::size_t tunnel_head_bytes_max = 16 * 1024; // of a proxy's answer to CONNECT
/// What we can undo. On this machine compressing costs more than it saves.
constexpr std::string_view codings_elsewhere = "gzip, deflate, br, zstd";
constexpr std::string_view codings_here =
    "identity, gzip;q=0.5, deflate;q=0.5, br;q=0.5, zstd;q=0.5";

bool differ_by_a_slash(std::string_view a, std::string_view b) {
    const auto path_of = [](std::string_view target) {
        auto path = target.substr(0, target.find('?'));
        while (path.ends_with('/')) path.remove_suffix(1);
        return path;
    };
    return path_of(a) == path_of(b);
}

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
    lookup_ = client_.start_lookup(peer());
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
        if (!client_.options().proxy)
            return fault{reason.code, fmt::format("cannot connect to {}: {}", request_.url.origin(),
                                                  reason.message())};
        return fault{reason.code,
                     fmt::format("cannot connect to {} through the proxy {} (`proxy`): {}",
                                 request_.url.origin(), peer().origin(), reason.message())};
    };
    was_unread_ = false;
    auto addresses = co_await look_up(deadline);
    if (addresses.has_error()) co_return story(addresses.error());
    stream_ = std::make_unique<net_stream>(client_.get_executor());
    const auto connected = co_await stream_->connect(std::move(*addresses), deadline);
    if (connected.has_error()) co_return story(connected.error());
    if (request_.url.is_tls && client_.options().proxy) {
        const auto opened = co_await open_tunnel();
        if (opened.has_error()) co_return story(opened.error());
    }
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

const http_url& http_fetch::peer() const {
    const auto& proxy = client_.options().proxy;
    return proxy ? proxy->url : request_.url;
}

/// RFC 9110, 9.3.6: what follows a proxy's 2xx is the connection to the server.
task<result<void>> http_fetch::open_tunnel() {
    const auto& proxy = *client_.options().proxy;
    const auto& url = request_.url;
    const auto host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    std::string text = fmt::format("CONNECT {0}:{1} HTTP/1.1\r\nHost: {0}:{1}\r\n", host, url.port);
    if (!proxy.authorization.empty())
        fmt::format_to(std::back_inserter(text), "Proxy-Authorization: {}\r\n",
                       proxy.authorization);
    text += "\r\n";
    set_time_limit(client_.options().tls_timeout, "let its proxy through");
    const auto sent = co_await stream_->write(text);
    if (sent.ec) co_return failure(sent.ec, "in CONNECT");
    std::string answer;
    std::optional<std::size_t> end;
    while (!end && answer.size() < tunnel_head_bytes_max) {
        space_.resize(read_bytes);
        const auto read = co_await stream_->read_some(asio::buffer(space_));
        if (closed_) co_return *closed_;
        if (read.ec) co_return failure(read.ec, "in CONNECT");
        answer.append(space_.data(), read.bytes);
        end = find_head_end(answer);
    }
    const auto parsed = parse_response_head(std::string_view{answer}.substr(0, end.value_or(0)));
    if (parsed.has_error()) co_return parsed.error();
    const int status = parsed->head.status;
    if (status >= 200 && status < 300) co_return result<void>{};
    const auto remedy = status == 407 ? "; write its user and password into `proxy`" : "";
    co_return fault{errc::server_failed, fmt::format("it answered HTTP {}{}", status, remedy)};
}

/// Where the response sends the request, if it may go there: within the origin, with its method.
/// 301 and 302 let a client turn a POST into a GET (RFC 9110, 15.4.2), which nobody wants here; a
/// slash at the end of the path cannot mean that.
std::optional<http_url> http_fetch::redirect_target() const {
    const int status = head().status;
    const bool is_get = request_.method == "GET";
    const bool keeps_method = status == 307 || status == 308;
    const bool is_old = status == 301 || status == 302;
    if (!keeps_method && !is_old && !(status == 303 && is_get)) return std::nullopt;
    const auto location = head().find("Location");
    if (!location || location->empty()) return std::nullopt;
    auto target = resolve_http_url(request_.url, *location);
    if (target.has_error()) return std::nullopt;
    const auto& from = request_.url;
    // A server behind a TLS proxy often does not know that it is: its own name over http is us.
    const bool is_unaware = from.is_tls && !target->is_tls && target->host == from.host &&
                            (target->port == 80 || target->port == from.port);
    if (is_unaware) {
        target->is_tls = true;
        target->port = from.port;
    }
    if (target->origin() != from.origin()) return std::nullopt;
    const bool may_be_posted = keeps_method || differ_by_a_slash(from.target, target->target);
    if (!is_get && !may_be_posted) return std::nullopt;
    return *target;
}

/// Reads what little there may be, so that the connection can be used again.
task<> http_fetch::leave_body() {
    std::size_t bytes = 0;
    while (!parser_->is_done() && bytes < left_bytes_max) {
        const auto read = co_await read_more();
        if (read.has_error()) break;
        bytes += parser_->take_body().size();
    }
    if (parser_->is_done()) give_back();
    stream_.reset();
}

task<result<void>> http_fetch::open() {
    if (!has_entered_)
        co_return fault{errc::server_busy,
                        fmt::format("{} connections to servers elsewhere are in use, the maximum",
                                    client_.options().connections_max)};
    for (std::size_t redirects = 0;; ++redirects) {
        auto opened = co_await open_once();
        if (opened.has_error()) co_return opened;
        auto target = redirect_target();
        if (!target || redirects == client_.options().redirects_max) co_return opened;
        const int status = head().status;
        const bool is_for_good = status == 308 || status == 301 ||
                                 differ_by_a_slash(request_.url.target, target->target);
        co_await leave_body();
        request_.url = std::move(*target);
        if (is_for_good) moved_to_ = request_.url;
        parser_ = std::make_unique<http_response_parser>(client_.options().header_bytes_max);
        decoder_.reset();
    }
}

task<result<void>> http_fetch::open_once() {
    if (closed_) co_return *closed_;
    stream_ = client_.take_idle(request_.url);
    if (stream_) {
        auto first = co_await exchange();
        const bool is_stale = first.has_error() && !closed_ && !parser_->has_started() &&
                              (request_.is_repeatable || !was_sent_ || was_unread_);
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
    const auto& url = request_.url;
    const auto& proxy = client_.options().proxy;
    const bool is_relayed = proxy && !url.is_tls; // RFC 9112, 3.2.2
    fmt::format_to(std::back_inserter(text), "{} {}{} HTTP/1.1\r\nHost: {}\r\n", request_.method,
                   is_relayed ? url.origin() : std::string{}, url.target, url.authority());
    if (is_relayed && !proxy->authorization.empty())
        fmt::format_to(std::back_inserter(text), "Proxy-Authorization: {}\r\n",
                       proxy->authorization);
    fmt::format_to(std::back_inserter(text), "Accept-Encoding: {}\r\n",
                   url.is_loopback() ? codings_here : codings_elsewhere);
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
    client_.note_sent();
    set_time_limit(request_.head_timeout, "answer");
    while (!parser_->has_head()) {
        const auto read = co_await read_more();
        if (read.has_error()) co_return read.error();
    }
    set_time_limit(request_.idle_timeout, "go on with its answer");
    co_return check_head();
}

result<void> http_fetch::check_head() {
    const auto coding = head().find("Content-Encoding");
    if (!coding) return {};
    auto made = content_decoder::make(*coding);
    if (made.has_error())
        return fault{made.error().code, fmt::format("{} answered with {}", request_.url.authority(),
                                                    made.error().message())};
    decoder_ = std::move(*made);
    return {};
}

/// The next piece of the body as it was before it was compressed.
result<std::string> http_fetch::decode(std::string piece) {
    if (!decoder_) return piece;
    auto decoded = decoder_->feed(piece);
    if (decoded.has_error())
        return fault{decoded.error().code,
                     fmt::format("{} answered with {}", request_.url.authority(),
                                 decoded.error().message())};
    // An event stream may end anywhere between two events.
    const bool is_cut =
        parser_->is_done() && !decoder_->is_whole() && head().media_type() != "text/event-stream";
    if (is_cut)
        return fault{errc::bad_http_request, fmt::format("{} answered with a compressed body that "
                                                         "was cut off",
                                                         request_.url.authority())};
    return decoded;
}

task<result<void>> http_fetch::read_more() {
    space_.resize(read_bytes);
    const auto read = co_await stream_->read_some(asio::buffer(space_));
    if (closed_) co_return *closed_;
    if (read.ec && !parser_->has_started()) was_unread_ = stream_->was_left_unread(read.ec);
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
        auto piece = decode(parser_->take_body());
        if (piece.has_error()) co_return piece;
        if (parser_->is_done()) give_back();
        if (!piece->empty() || parser_->is_done()) co_return piece;
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
