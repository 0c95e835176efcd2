// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/http_client/http_response_head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// Reads one HTTP/1.1 response from bytes as they come; any split is fine. No I/O. Interim
/// responses (1xx) are skipped; trailers are dropped. Framing errors end it for good. Where a
/// server is careless and yet certain of meaning, it is understood: see parse_response_head().
class http_response_parser {
public:
    /// `header_bytes_max` bounds status line and fields.
    explicit http_response_parser(std::size_t header_bytes_max)
        : header_bytes_max_(header_bytes_max) {}
    http_response_parser(const http_response_parser&) = delete;
    http_response_parser& operator=(const http_response_parser&) = delete;

    /// Takes bytes. Error bad_http_request: what was received is no HTTP response.
    result<void> feed(std::string_view bytes);
    /// The connection has ended. Error connection_lost unless that is where the response ends.
    result<void> feed_end();

    [[nodiscard]] bool has_started() const { return has_started_; } ///< a byte has come
    [[nodiscard]] bool has_head() const { return at_ != place::head; }
    [[nodiscard]] bool is_done() const { return at_ == place::done; }
    /// Another request may follow on this connection: said so, complete, and nothing left over.
    [[nodiscard]] bool keeps_connection() const;
    [[nodiscard]] const http_response_head& head() const { return head_; }
    /// The body that has come since the last call.
    std::string take_body() { return std::exchange(body_, {}); }

private:
    enum class place : std::uint8_t { head, body, chunk_size, chunk, chunk_end, trailer, done };

    result<void> take_head();
    void begin_body();
    result<void> take_chunk_line(std::string_view line);
    void take_body_bytes();
    /// The next line of what is pending, without its end; false: it has not come in full.
    bool take_line(std::string_view& line);

    std::size_t header_bytes_max_;
    std::string pending_;  ///< not yet understood
    std::size_t used_ = 0; ///< of pending_, understood
    http_response_head head_;
    std::string body_;
    place at_ = place::head;
    body_framing framing_ = body_framing::to_the_end;
    std::uint64_t left_ = 0; ///< of the body, or of the chunk
    std::size_t trailer_bytes_ = 0;
    bool has_started_ = false;
    bool keeps_alive_ = false;
};

} // namespace mcpgw
