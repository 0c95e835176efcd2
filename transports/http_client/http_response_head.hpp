// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
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

/// How the body of a response ends (RFC 9112, 6.3).
enum class body_framing : std::uint8_t { none, length, chunked, to_the_end };

struct parsed_head {
    http_response_head head;
    body_framing framing = body_framing::to_the_end;
    std::uint64_t length = 0; ///< of the body, where that is told
    bool keeps_alive = false; ///< another request may follow on this connection
};

/// Where the head in `text` ends, including its empty line; nothing: not yet. A line may end in a
/// lone LF (RFC 9112, 2.2).
std::optional<std::size_t> find_head_end(std::string_view text);

/// Reads a head, up to and including its empty line. Servers in the street are less strict than the
/// grammar, and a response that its sender framed for us alone smuggles nothing: a status line
/// without reason, with further blanks or a later version, blanks before a colon, folded lines and
/// the same length told twice are understood; a line that is no field is left out. Error
/// bad_http_request: no HTTP, or two different lengths.
result<parsed_head> parse_response_head(std::string_view text);

} // namespace mcpgw
