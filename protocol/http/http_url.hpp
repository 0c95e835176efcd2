// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// An absolute http or https URL in the parts that a client needs. A value.
struct http_url {
    bool is_tls = false;
    std::string host;         ///< lower case; an IPv6 address without brackets
    std::uint16_t port = 80;  ///< the scheme's default where the URL names none
    std::string target = "/"; ///< path and query, encoded as in the URL

    /// host[:port] as in the Host header: brackets around IPv6, no default port.
    [[nodiscard]] std::string authority() const;
    /// scheme://host[:port], what "same origin" compares (RFC 6454, 4).
    [[nodiscard]] std::string origin() const;
    [[nodiscard]] std::string str() const { return origin() + target; }
    /// localhost, *.localhost, 127.0.0.0/8, ::1: what is sent there does not leave this machine.
    [[nodiscard]] bool is_loopback() const;
};

/// Errors (bad_http_request) say what is wrong. User names and passwords in the URL are refused:
/// URLs end up in logs and lists of processes. A fragment is dropped; it is never sent.
result<http_url> parse_http_url(std::string_view text);

/// `reference` as seen from `base` (RFC 3986, 5): absolute, or a path, or relative to the path.
result<http_url> resolve_http_url(const http_url& base, std::string_view reference);

} // namespace mcpgw
