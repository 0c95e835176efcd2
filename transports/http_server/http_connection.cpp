// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_connection.hpp"

#include "transports/http_server/http_pages.hpp"
#include "transports/http_server/legacy_sse.hpp"
#include "transports/http_server/streamable_http.hpp"

#include "protocol/http/cors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>

namespace mcpgw {

namespace {

constexpr std::size_t drain_bytes_max = 64U << 20U; // read and thrown away before a close
constexpr std::chrono::seconds drain_time{5};

/// The connection is closed behind it.
task<bool> refuse(http_connection& connection, const fault& f) {
    auto reply = error_reply(f);
    reply.must_close = true;
    if (f.code == errc::server_busy) set_busy(reply);
    return connection.write(std::move(reply));
}

/// A head that did not come at once, or was refused with `ec`. Apart from serve_one(), whose frame
/// must stay below the thousand bytes that allocators serve the fast way. False: the end.
task<bool> read_rest_of_head(http_connection& connection, http_request_parser& parser,
                             boost::system::error_code ec) {
    const auto has_head = co_await connection.input().read_head(parser, ec);
    if (!has_head.has_error()) co_return *has_head;
    co_await refuse(connection, has_head.error());
    co_return false;
}

/// The same for a body.
task<bool> read_rest_of_body(http_connection& connection, http_request_parser* chunks,
                             shared_text& body) {
    const auto taken = co_await connection.input().read_body(chunks, body);
    if (!taken.has_error()) co_return true;
    co_await refuse(connection, taken.error());
    co_return false;
}

} // namespace

http_connection::http_connection(tcp_socket socket, http_service& service)
    : socket_(std::move(socket))
    , service_(service)
    , alarm_(service.ex)
    , out_(socket_, alarm_, service.options.write_timeout, service.memory)
    , in_(socket_, alarm_, {service.options, service.limits, service.memory, service.changes},
          [this] { return replies_.go_on(); })
    , replies_(service.ex, service.options, in_, out_)
    , rests_at_(clock_type::now())
    , released_(service.ex) {
    in_.bytes().set_probe([this] { replies_.probe(); });
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
    replies_.set_last();
    if (is_idle_) return close();
    in_.give_up(request_reader::end::gateway_stops); // it would be refused when it is there
    if (running_ != nullptr) running_->abort({errc::gateway_stopping});
}

std::optional<clock_type::time_point> http_connection::idle_since() const {
    if (!is_idle_ || is_ended_) return std::nullopt;
    return moved_at();
}

/// The last byte of either side, or the end of a request.
clock_type::time_point http_connection::moved_at() const {
    return std::max({rests_at_, in_.moved_at(), out_.moved_at()});
}

std::size_t http_connection::bytes_stalled(clock_type::time_point then) const {
    if (is_ended_ || moved_at() > then) return 0;
    if (out_.is_waiting()) return out_.bytes_waiting();
    return in_.is_reading_body() ? in_.received() : 0;
}

void http_connection::end_stalled() {
    is_ended_ = true;
    if (in_.is_reading_body())
        in_.give_up(request_reader::end::no_room); // the reply says why
    else
        out_.reset();
}

std::string http_connection::client_address() const {
    boost::system::error_code ec;
    const auto address = socket_.remote_endpoint(ec).address();
    if (ec || !address.is_v6()) return ec ? std::string{} : address.to_string();
    const auto bytes = address.to_v6().to_bytes();
    if (address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    // Whoever has one address of IPv6 has the other 2^64 of its network.
    constexpr std::size_t network_bytes = 8;
    std::string network;
    for (std::size_t i = 0; i < network_bytes; ++i) network += fmt::format("{:02x}", bytes[i]);
    return network;
}

task<> http_connection::run() {
    std::exception_ptr broken;
    try {
        co_await serve_all();
    } catch (...) {
        broken = std::current_exception();
    }
    running_ = nullptr;
    // A request that ended by an exception did not wait for its stream, which is written with us.
    if (holds_ > 0) close();
    while (holds_ > 0) co_await released_.wait();
    if (broken) std::rethrow_exception(broken);
}

task<> http_connection::serve_all() {
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
        total += in_.bytes().data().size();
        in_.bytes().consume(in_.bytes().data().size());
        const auto error = co_await in_.bytes().read_more();
        if (error) break;
    }
    alarm_.clear();
}

/// One request. False: the connection is to be closed.
task<bool> http_connection::serve_one() {
    is_idle_ = true;
    auto& bytes = in_.bytes();
    if (bytes.empty()) {
        rests_at_ = clock_type::now();
        alarm_.set(rests_at_ + service_.options.idle_timeout, [this] { close(); });
        bytes.begin_more();
        while (bytes.is_reading()) co_await bytes.arrived();
        alarm_.clear();
        if (bytes.error()) co_return false;
    }
    std::optional<http_request_parser> parser; // of a head that is not the one before
    if (!in_.try_repeat()) {
        in_.begin_head(parser);
        boost::system::error_code ec;
        if (!in_.try_head(*parser, ec) || ec) {
            const bool has_head = co_await read_rest_of_head(*this, *parser, ec);
            if (!has_head) co_return false;
        }
    }
    is_idle_ = false;
    has_served_ = true;
    if (parser) {
        const auto checked = in_.check_head(*parser);
        if (checked.has_error()) co_return co_await refuse(*this, checked.error());
    }
    auto* const chunks = parser && parser->chunked() ? &*parser : nullptr;
    shared_text body;
    if (chunks != nullptr || !in_.try_body(body)) {
        const bool has_body = co_await read_rest_of_body(*this, chunks, body);
        if (!has_body) co_return false;
    }
    const bool is_good = co_await dispatch(std::move(body));
    co_return is_good;
}

// A plain function: no temporary of its lives in a coroutine's full expression (g++ 12).
task<bool> http_connection::write_error(const fault& f, std::string_view id_json) {
    return write(error_reply(f, id_json));
}

/// A plain function, as all on the way of a call that have nothing to wait for themselves: each
/// coroutine costs an allocation.
task<bool> http_connection::dispatch(shared_text body) {
    const auto& head = in_.head();
    if (head.method == "OPTIONS") return write(preflight_reply(head));
    const auto& meaning = in_.meaning();
    const auto& scope = meaning.scope;
    if (!scope.empty()) {
        auto known = service_.handler.check_scope(scope, false);
        if (known.has_error() && is_near() && is_local_request(head))
            known = service_.handler.check_scope(scope, true); // who is here may hear more
        if (known.has_error()) return write_error(known.error());
    }
    // What only looks opens no stream and no session.
    if (meaning.at != head_meaning::endpoint::none && in_.is_head_method())
        return write(endpoint_reply());
    if (meaning.at == head_meaning::endpoint::streamable)
        return serve_streamable_http(*this, head, std::move(body));
    if (meaning.at == head_meaning::endpoint::sse)
        return serve_legacy_sse(*this, head, std::move(body));
    return write(page_reply(head, service_, is_near()));
}

/// The connection comes from this machine.
bool http_connection::is_near() const {
    boost::system::error_code ec;
    const auto peer = socket_.remote_endpoint(ec);
    return !ec && is_loopback_address(peer.address());
}

} // namespace mcpgw
