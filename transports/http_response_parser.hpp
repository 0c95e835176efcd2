#pragma once

#include "protocol/error.hpp"
#include "protocol/http_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Status and fields of a response.
struct http_response_head {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;

    /// First value of that field (case-insensitive), trimmed; nothing if absent.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    /// Media type without parameters, in lower case; empty if there is none.
    [[nodiscard]] std::string media_type() const;
};

/// Names of fields are compared without regard to case (RFC 9110, 5.1).
bool is_same_field(std::string_view a, std::string_view b);

/// Reads one HTTP/1.1 response from bytes as they come; any split is fine. No I/O. Interim
/// responses (1xx) are skipped; trailers are dropped. Framing errors end it for good.
class http_response_parser {
public:
    /// `header_bytes_max` bounds status line and fields.
    explicit http_response_parser(std::size_t header_bytes_max);
    ~http_response_parser();
    http_response_parser(const http_response_parser&) = delete;
    http_response_parser& operator=(const http_response_parser&) = delete;

    /// Takes bytes. Error bad_http_request: what was received is no HTTP response.
    result<void> feed(std::string_view bytes);
    /// The connection has ended. Error connection_lost unless that is where the response ends.
    result<void> feed_end();

    [[nodiscard]] bool has_started() const { return has_started_; } ///< a byte has come
    [[nodiscard]] bool has_head() const { return has_head_; }
    [[nodiscard]] bool is_done() const { return is_done_; }
    /// Another request may follow on this connection: said so, complete, and nothing left over.
    [[nodiscard]] bool keeps_connection() const;
    [[nodiscard]] const http_response_head& head() const { return head_; }
    /// The body that has come since the last call.
    std::string take_body() { return std::exchange(body_, {}); }

private:
    class beast_parser;
    result<void> parse();
    void reset();

    std::size_t header_bytes_max_;
    std::unique_ptr<beast_parser> parser_;
    std::string pending_; ///< not yet understood
    http_response_head head_;
    std::string body_;
    bool has_started_ = false;
    bool has_head_ = false;
    bool is_done_ = false;
    bool keeps_alive_ = false;
};

} // namespace mcpgw
