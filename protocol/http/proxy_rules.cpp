// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/proxy_rules.hpp"

#include "protocol/ascii.hpp"
#include "protocol/text/base64.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace mcpgw {

namespace {

constexpr std::string_view blanks = ", \t";

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const auto* const digits = text.data() + i + 1;
        const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                               std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
        plain += is_escape ? static_cast<char>(value) : text[i];
        if (is_escape) i += 2;
    }
    return plain;
}

/// An IPv4 address as a number.
std::optional<std::uint32_t> parse_v4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        unsigned byte = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), byte);
        if (ec != std::errc{} || byte > 255) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (part < 3 && !text.starts_with('.')) return std::nullopt;
        if (part < 3) text.remove_prefix(1);
        address = address << 8U | byte;
    }
    return text.empty() ? std::optional{address} : std::nullopt;
}

bool is_in_network(std::string_view network, std::string_view host) {
    const auto slash = network.find('/');
    const auto base = parse_v4(network.substr(0, slash));
    const auto address = parse_v4(host);
    const auto digits = network.substr(slash + 1);
    unsigned bits = 0;
    const auto ec = std::from_chars(digits.data(), digits.data() + digits.size(), bits).ec;
    if (!base || !address || ec != std::errc{} || bits > 32) return false;
    const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
    return (*base & mask) == (*address & mask);
}

bool covers(std::string_view entry, const http_url& url) {
    if (entry == "*") return true;
    if (entry.find('/') != std::string_view::npos) return is_in_network(entry, url.host);
    if (entry.starts_with('[')) { // an IPv6 address, perhaps with a port
        const auto end = entry.find(']');
        const bool is_same = entry.substr(1, end - 1) == url.host;
        const auto rest = end == std::string_view::npos ? entry : entry.substr(end + 1);
        return is_same && (rest.empty() || rest == ":" + std::to_string(url.port));
    }
    if (std::ranges::count(entry, ':') == 1) {
        if (entry.substr(entry.find(':') + 1) != std::to_string(url.port)) return false;
        entry = entry.substr(0, entry.find(':'));
    }
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty()) return false;
    return url.host == entry || url.host.ends_with("." + std::string{entry});
}

std::string variable(const std::vector<std::string>& environment, std::string_view name) {
    for (const auto& wanted : {lower_case(name), std::string{name}})
        for (const auto& entry : environment) {
            const bool is_it = entry.size() > wanted.size() && entry.starts_with(wanted) &&
                               entry[wanted.size()] == '=';
            if (is_it && entry.size() > wanted.size() + 1) return entry.substr(wanted.size() + 1);
        }
    return {};
}

} // namespace

result<proxy_address> parse_proxy(std::string_view text) {
    constexpr std::string_view scheme_end = "://";
    const auto scheme_at = text.find(scheme_end);
    const bool has_scheme = scheme_at != std::string_view::npos;
    const auto scheme = lower_case(has_scheme ? text.substr(0, scheme_at) : "http");
    if (scheme != "http")
        return fault{errc::bad_http_request,
                     "a proxy must be reached over http:// (it is " + scheme.substr(0, 20) +
                         "://); traffic to https servers stays encrypted on its way through"};
    auto rest = has_scheme ? text.substr(scheme_at + scheme_end.size()) : text;
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto at = authority.rfind('@');
    proxy_address proxy;
    if (at != std::string_view::npos) {
        auto user = percent_decoded(authority.substr(0, at));
        if (user.find(':') == std::string::npos) user += ':';
        proxy.authorization = "Basic " + encode_base64(user, base64_form::padded);
    }
    const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
    auto url = parse_http_url("http://" + std::string{host});
    if (url.has_error())
        return fault{errc::bad_http_request,
                     "the proxy is no address; expected for example http://proxy.example:3128"};
    proxy.url = std::move(*url);
    return proxy;
}

bool is_direct(std::string_view no_proxy, const http_url& url) {
    const auto list = lower_case(no_proxy);
    for (std::size_t at = 0; at < list.size();) {
        const auto begin = list.find_first_not_of(blanks, at);
        if (begin == std::string::npos) return false;
        const auto end = std::min(list.find_first_of(blanks, begin), list.size());
        if (covers(std::string_view{list}.substr(begin, end - begin), url)) return true;
        at = end;
    }
    return false;
}

result<std::optional<proxy_address>> choose_proxy(const http_url& url, std::string_view wish,
                                                  const std::vector<std::string>& environment) {
    const std::optional<proxy_address> none;
    if (wish == "none") return none;
    std::string text{wish};
    if (wish.empty() || wish == "auto") {
        if (url.is_loopback() || is_direct(variable(environment, "NO_PROXY"), url)) return none;
        text = variable(environment, url.is_tls ? "HTTPS_PROXY" : "HTTP_PROXY");
        if (text.empty()) text = variable(environment, "ALL_PROXY");
        if (text.empty()) return none;
    }
    auto proxy = parse_proxy(text);
    if (proxy.has_error()) return proxy.error();
    return std::optional{std::move(*proxy)};
}

} // namespace mcpgw
