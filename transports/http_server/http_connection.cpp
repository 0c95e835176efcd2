// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_connection.hpp"

#include "transports/http_server/http_pages.hpp"
#include "transports/http_server/legacy_sse.hpp"
#include "transports/http_server/streamable_http.hpp"

#include "protocol/http/cors.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <optional>

namespace mcpgw {

namespace {

constexpr std::size_t body_buffer_bytes = 64 * 1024; // of a chunked body, until it is parsed
constexpr std::size_t drain_bytes_max = 64U << 20U;  // read and thrown away before a close
constexpr std::chrono::seconds drain_time{5};

} // namespace

http_connection::http_connection(tcp_socket socket, http_service& service)
    : socket_(std::move(socket))
    , service_(service)
    // Bounds what Beast does not: the length of a chunk's extensions and of trailers.
    , reader_(socket_, service.limits.header_bytes_max + body_buffer_bytes, service.memory)
    , alarm_(service.ex)
    , writing_(service.memory)
    , moved_at_(clock_type::now())
    , released_(service.ex) {
    reader_.set_probe([this] { probe_client(); });
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
    if (is_reading_body_) reader_.interrupt(); // it would be refused when it is there
    if (running_ != nullptr) running_->abort({errc::gateway_stopping});
}

std::optional<clock_type::time_point> http_connection::idle_since() const {
    if (!is_idle_ || is_ended_) return std::nullopt;
    return moved_at_;
}

std::size_t http_connection::bytes_stalled(clock_type::time_point then) const {
    if (is_ended_ || moved_at_ > then) return 0;
    if (is_writing_) return writing_.bytes();
    return is_reading_body_ ? received_ : 0;
}

void http_connection::end_stalled() {
    is_ended_ = true;
    if (is_reading_body_)
        reader_.interrupt(); // the reply says why
    else
        reset();
}

std::string http_connection::client_address() const {
    error_code ec;
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
    if (f.code == errc::server_busy) set_busy(reply);
    return write(std::move(reply));
}

/// One request. False: the connection is to be closed.
task<bool> http_connection::serve_one() {
    is_idle_ = true;
    if (reader_.empty()) {
        moved_at_ = clock_type::now();
        alarm_.set(moved_at_ + service_.options.idle_timeout, [this] { close(); });
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
    has_served_ = true;
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

const head_meaning& http_connection::meaning() {
    if (!request_.meaning) request_.meaning = meaning_of(request_.head, service_.options);
    return *request_.meaning;
}

/// A plain function, as all on the way of a call that have nothing to wait for themselves: each
/// coroutine costs an allocation.
task<bool> http_connection::dispatch(shared_text body) {
    const auto& head = request_.head;
    if (head.method == "OPTIONS") return write(preflight_reply(head));
    const auto& meaning = this->meaning();
    const auto& scope = meaning.scope;
    if (!scope.empty() && !service_.handler.has_scope(scope))
        return write_error(
            {errc::path_not_found, fmt::format("no server named '{}' is configured", scope)});
    // What only looks opens no stream and no session.
    if (meaning.at != head_meaning::endpoint::none && is_head_method_)
        return write(endpoint_reply());
    if (meaning.at == head_meaning::endpoint::streamable)
        return serve_streamable_http(*this, head, std::move(body));
    if (meaning.at == head_meaning::endpoint::sse)
        return serve_legacy_sse(*this, head, std::move(body));
    boost::system::error_code ec;
    const auto peer = socket_.remote_endpoint(ec);
    const bool is_near = !ec && is_loopback_address(peer.address());
    return write(page_reply(head, service_, is_near));
}

} // namespace mcpgw
