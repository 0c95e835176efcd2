// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/coding/content_coding.hpp"
#include "transports/http_client/http_client.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// One request to a server elsewhere and its response, whose body is read piece by piece: an event
/// stream has no end. Lives in the frame that reads; its connection goes back to the client if the
/// response was read to its end, and is closed otherwise.
class http_fetch {
public:
    http_fetch(http_client& client, http_client_request request);
    ~http_fetch();
    http_fetch(const http_fetch&) = delete;
    http_fetch& operator=(const http_fetch&) = delete;

    /// Connects, sends, reads the head. Errors as http_client::fetch().
    task<result<void>> open();
    [[nodiscard]] const http_response_head& head() const;
    /// Where the resource is from now on, if the server said so in a redirect that was followed.
    [[nodiscard]] const std::optional<http_url>& moved_to() const { return moved_to_; }
    /// The next piece of the body; empty: the response is complete.
    task<result<std::string>> read_some();
    /// The rest of the body. Error message_too_large.
    task<result<std::string>> read_all(std::size_t bytes_max);

    /// The rest must come soon: for reading on when what counts is there.
    void end_within(std::chrono::milliseconds time);

    /// Called from elsewhere: a coroutine that waits in one of the above gets `reason`. The first
    /// call counts.
    void close(fault reason);

private:
    /// One request, without regard to redirects.
    task<result<void>> open_once();
    task<result<void>> connect();
    task<result<void>> open_tunnel();
    task<result<net_stream::endpoints>> look_up(clock_type::time_point deadline);
    /// Sends the request and reads the head.
    task<result<void>> exchange();
    task<result<void>> read_more();
    result<void> check_head();
    result<std::string> decode(std::string piece);
    task<> leave_body();
    [[nodiscard]] std::optional<http_url> redirect_target() const;
    [[nodiscard]] const http_url& peer() const; ///< whom the connection is to
    [[nodiscard]] std::string request_text() const;
    [[nodiscard]] fault failure(const boost::system::error_code& ec, std::string_view what) const;
    void give_back();
    void set_time_limit(std::chrono::milliseconds time, std::string_view what);
    void start_timer(clock_type::time_point when, fault late);

    http_client& client_;
    http_client_request request_;
    std::unique_ptr<net_stream> stream_;
    std::unique_ptr<http_response_parser> parser_;
    std::unique_ptr<content_decoder> decoder_; ///< null: the body is not compressed
    std::optional<http_url> moved_to_;
    std::shared_ptr<name_lookup> lookup_;
    std::optional<fault> closed_;
    timer timer_;
    /// Handlers of the timer may run late: they find null when we are gone, and an old number when
    /// the time limit is no longer the one they were made for.
    std::shared_ptr<http_fetch*> self_;
    std::uint64_t time_limit_number_ = 0;
    std::string space_;
    bool has_entered_ = false;
    bool was_sent_ = false;   ///< in full
    bool was_unread_ = false; ///< the connection ended, and the peer cannot have read the request
};

} // namespace mcpgw
