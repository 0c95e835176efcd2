// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"
#include "transports/async/deadline_timer.hpp"
#include "transports/buffers/body_pace.hpp"
#include "transports/buffers/socket_reader.hpp"
#include "transports/http_request/http_options.hpp"
#include "transports/http_request/http_request_parser.hpp"
#include "transports/http_request/request_head_cache.hpp"
#include "transports/session/client_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// Reads the requests of one connection, a head and then its body, in the time that they may take.
/// Owned by the connection.
///
/// What has come already is taken by plain functions (try_…), and only what must be waited for by
/// coroutines: most requests come in one piece, and each coroutine costs an allocation.
class request_reader {
public:
    /// What all connections of a listener share.
    struct terms {
        const http_options& options;
        const client_limits& limits;
        std::shared_ptr<memory_budget> memory;
        /// How often those were changed: what was found out about a head holds no longer.
        const std::uint64_t& changes;
    };
    /// Why a body is not read to its end.
    enum class end : std::uint8_t { none, gateway_stops, no_room };

    /// `alarm`: of the connection, which does one thing at a time. `go_on`: sends the interim reply
    /// for which a client waits that has asked for it; false: the client is gone.
    request_reader(tcp_socket& socket, deadline_timer& alarm, terms t,
                   std::function<task<bool>()> go_on);
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    socket_reader& bytes() { return in_; }
    /// Of the request that was read last; valid until the next one.
    [[nodiscard]] const request_head& head() const { return request_.head; }
    const head_meaning& meaning();
    [[nodiscard]] bool is_http_10() const { return is_http_10_; }
    /// Its reply has no body.
    [[nodiscard]] bool is_head_method() const { return is_head_method_; }
    [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }
    /// The page that asks, whose Origin was found good; empty: no page does.
    [[nodiscard]] const std::string& origin() const { return origin_; }

    // --- the head ---
    /// Whether the request has the head of the one before it, which was read and found good.
    bool try_repeat();
    /// Otherwise `parser` is made for it.
    void begin_head(std::optional<http_request_parser>& parser);
    /// False: there is more to come first.
    bool try_head(http_request_parser& parser, boost::system::error_code& ec);
    /// A head that did not come at once, or was refused with `ec`. False: the client has left.
    /// Errors: request_timeout, bad_http_request.
    task<result<bool>> read_head(http_request_parser& parser, boost::system::error_code ec);
    /// Errors: those of check_framing() and check_access().
    result<void> check_head(const http_request_parser& parser);

    // --- the body ---
    /// The body, if it has come with the head.
    bool try_body(shared_text& body);
    /// `chunks`: null unless the body comes in chunks. Errors: message_too_large, request_timeout,
    /// server_busy, gateway_stopping, bad_http_request.
    task<result<void>> read_body(http_request_parser* chunks, shared_text& body);
    [[nodiscard]] bool is_reading_body() const { return is_reading_body_; }
    /// Bytes of the head or body that comes.
    [[nodiscard]] std::size_t received() const { return received_; }
    /// When the last byte of it came.
    [[nodiscard]] clock_type::time_point moved_at() const { return moved_at_; }
    /// Whoever reads a body now hears why that ends.
    void give_up(end why);

private:
    using error_code = boost::system::error_code;

    [[nodiscard]] std::uint64_t body_length() const;
    [[nodiscard]] fault body_fault(const error_code& ec) const;
    task<error_code> read_told(std::size_t length, shared_text& body);
    task<error_code> read_chunks(http_request_parser& parser, shared_text& body);
    void skip_empty_lines();
    void begin_time(clock_type::duration time, std::size_t bytes_per_second_min);
    void watch_time();
    [[nodiscard]] bool is_late() const;
    void on_received(std::size_t in_all);

    terms terms_;
    deadline_timer& alarm_;
    std::function<task<bool>()> go_on_;
    socket_reader in_;
    request_head_cache request_;
    std::uint64_t changes_seen_ = 0;
    std::string origin_;
    body_pace pace_; ///< of the head or body that comes
    std::size_t received_ = 0;
    clock_type::time_point moved_at_{};
    bool keeps_alive_ = true;
    bool is_http_10_ = false;
    bool is_head_method_ = false;
    bool is_reading_body_ = false;
    end given_up_ = end::none;
};

} // namespace mcpgw
