// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/http_url.hpp"

#include "protocol/ascii.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

namespace urls = boost::urls;

constexpr std::size_t url_bytes_max = 8192;

std::uint16_t default_port(bool is_tls) {
    return is_tls ? 443 : 80;
}

fault malformed(std::string_view problem) {
    return {errc::bad_http_request,
            "the URL " + std::string{problem} + "; expected for example https://example.com/mcp"};
}

result<http_url> take_parts(const urls::url_view& view) {
    const auto scheme = view.scheme_id();
    if (scheme != urls::scheme::http && scheme != urls::scheme::https)
        return malformed("must begin with http:// or https://");
    if (view.has_userinfo())
        return malformed("must not contain a user name or password, use a header instead");
    http_url url;
    url.is_tls = scheme == urls::scheme::https;
    url.host = lower_case(view.host_address());
    if (url.host.empty()) return malformed("names no host");
    const bool is_plain =
        std::ranges::all_of(url.host, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!is_plain) return malformed("has a host name that is not plain ASCII");
    url.port = default_port(url.is_tls);
    if (view.has_port() && !view.port().empty()) {
        url.port = view.port_number();
        if (url.port == 0) return malformed("has a port that is no number from 1 to 65535");
    }
    url.target = std::string{view.encoded_path()};
    if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
    if (view.has_query()) url.target += "?" + std::string{view.encoded_query()};
    return url;
}

} // namespace

std::string http_url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != default_port(is_tls)) text += ":" + std::to_string(port);
    return text;
}

std::string http_url::origin() const {
    return (is_tls ? "https://" : "http://") + authority();
}

bool http_url::is_loopback() const {
    // Only numbers may follow "127.": 127.example.com is somewhere else.
    const bool is_v4 =
        host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" || is_v4;
}

result<http_url> parse_http_url(std::string_view text) {
    if (text.size() > url_bytes_max) return malformed("is too long");
    const auto parsed = urls::parse_uri(text);
    if (parsed.has_error()) return malformed("is malformed");
    return take_parts(*parsed);
}

result<http_url> resolve_http_url(const http_url& base, std::string_view reference) {
    if (reference.size() > url_bytes_max) return malformed("is too long");
    const std::string base_text = base.str(); // the views below point into it
    const auto from = urls::parse_uri(base_text);
    const auto to = urls::parse_uri_reference(reference);
    if (from.has_error() || to.has_error()) return malformed("is malformed");
    urls::url resolved;
    if (const auto ok = urls::resolve(*from, *to, resolved); ok.has_error())
        return malformed("is malformed");
    return take_parts(resolved);
}

} // namespace mcpgw
