// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/http/http_url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// An HTTP proxy for outgoing connections.
struct proxy_address {
    http_url url;
    std::string authorization; ///< value of Proxy-Authorization; a secret; empty: none
};

/// "http://[user:password@]host[:port]", or that without the scheme, as the environment often has
/// it; the port is 80 unless told (RFC 3986). Errors say what cannot be used: a proxy reached over
/// TLS or SOCKS.
result<proxy_address> parse_proxy(std::string_view text);

/// Whether NO_PROXY has `url` go directly: "*", names with or without a dot in front (which cover
/// their subdomains), addresses, networks (10.0.0.0/8), each with a port or without; separated by
/// commas or blanks.
bool is_direct(std::string_view no_proxy, const http_url& url);

/// The proxy for `url`; nothing: it is reached directly. `wish`: the key `proxy` of the server:
/// empty or "auto" takes what the environment says (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
/// NO_PROXY, in capitals or not; never for this machine), "none" no proxy, anything else is one.
/// `environment`: entries NAME=value.
result<std::optional<proxy_address>> choose_proxy(const http_url& url, std::string_view wish,
                                                  const std::vector<std::string>& environment);

} // namespace mcpgw
