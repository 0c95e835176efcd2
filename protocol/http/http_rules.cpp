// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/http_rules.hpp"

#include "protocol/http/request_target.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/text/http_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace mcpgw {

namespace {

// --- framing ---

// Carriage return and line feed are here too: a folded line is read as two fields by some.
bool has_control_character(std::string_view value) {
    constexpr std::uint64_t high_bits = each_byte * 0x80;
    for (std::size_t i = 0; i < value.size(); ++i) {
        for (; value.size() - i >= word_bytes; i += word_bytes) {
            const auto word = load_word(value, i);
            const auto deletes = word ^ (each_byte * 0x7F);
            // Finds too much beside what there is, never too little; then each byte is looked at.
            const auto found =
                ((word - each_byte * 0x20) & ~word) | ((deletes - each_byte) & ~deletes);
            if ((found & high_bits) != 0) break;
        }
        if (i == value.size()) break;
        const auto byte = static_cast<unsigned char>(value[i]);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return true;
    }
    return false;
}

// Digits only: no sign, no list ("5, 5"), no more than every reader's 64-bit integer can hold.
bool is_length(std::string_view text) {
    return !text.empty() && text.size() <= std::numeric_limits<std::int64_t>::digits10 &&
           std::ranges::all_of(text, is_digit);
}

// Sorted, since their number is bounded only by the size of the head.
result<void> check_params(const request_head& head) {
    std::vector<std::string_view> names;
    for (const auto& field : head.fields)
        if (is_param(field.name)) names.push_back(field.name);
    std::ranges::stable_sort(names, [](std::string_view a, std::string_view b) {
        return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
    });
    const auto twice = std::ranges::adjacent_find(names, iequals);
    if (twice == names.end()) return {};
    return fault{errc::bad_http_request,
                 "The header " + std::string{*twice} + " is sent more than once"};
}

// A second value could be the one that a filter in front of us looked at.
constexpr std::array singles{
    header_name::host,          header_name::content_length,
    header_name::content_type,  header_name::origin,
    header_name::session_id,    header_name::transfer_encoding,
    header_name::mcp_method,    header_name::mcp_name,
    header_name::last_event_id, header_name::protocol_version,
};

result<void> check_fields(const request_head& head) {
    std::uint32_t seen = 0; // of singles, by their place
    for (const auto& field : head.fields) {
        if (!is_token(field.name))
            return fault{errc::bad_http_request, "A header name contains an invalid character"};
        if (has_control_character(field.value))
            return fault{errc::bad_http_request,
                         "The header " + std::string{field.name} + " contains a control character"};
        const auto* const single = std::ranges::find_if(
            singles, [&field](std::string_view name) { return iequals(name, field.name); });
        if (single == singles.end()) continue;
        const auto bit = 1U << static_cast<unsigned>(single - singles.begin());
        if ((seen & bit) != 0)
            return fault{errc::bad_http_request,
                         "The header " + std::string{*single} + " is sent more than once"};
        seen |= bit;
    }
    return check_params(head);
}

result<void> check_body_length(const request_head& head) {
    const auto length = head.find(header_name::content_length);
    const auto coding = head.find(header_name::transfer_encoding);
    if (length && coding)
        return fault{errc::bad_http_request,
                     "Content-Length and Transfer-Encoding must not be sent together"};
    if (length && !is_length(*length))
        return fault{errc::bad_http_request, "Content-Length must be one decimal number"};
    if (!coding) return {};
    if (head.version != 11)
        return fault{errc::bad_http_request, "Transfer-Encoding needs HTTP/1.1"};
    if (!iequals(*coding, "chunked"))
        return fault{errc::bad_http_request, "Transfer-Encoding must be exactly \"chunked\""};
    return {};
}

// --- access ---

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
    unsigned number = 0;
    for (const char c : text) number = number * 10 + static_cast<unsigned>(c - '0');
    return number <= 65535;
}

// Letters, digits, '-', '_' and single dots between labels. Everything else ('@', '/', '%', …) is
// what parsers disagree on.
bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.')
        return false;
    if (text.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(
        text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_bracketed_literal(std::string_view text) {
    if (text.size() < 4 || text.front() != '[' || text.back() != ']') return false;
    static constexpr std::string_view allowed = "0123456789abcdef:.";
    return std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
        return allowed.find(to_lower(c)) != std::string_view::npos;
    });
}

/// The host of `host[:port]`, with the brackets of an IPv6 literal and without the final dot that
/// only says "fully qualified". Nothing if it is malformed.
std::optional<std::string_view> parse_host(std::string_view authority) {
    const bool is_bracketed = authority.starts_with('[');
    const auto host_end = is_bracketed ? authority.find(']') : authority.find(':');
    auto host = authority;
    std::string_view rest;
    if (host_end != std::string_view::npos) {
        host = authority.substr(0, is_bracketed ? host_end + 1 : host_end);
        rest = authority.substr(host.size());
    }
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    if (is_bracketed) {
        if (!is_bracketed_literal(host)) return std::nullopt;
        return host;
    }
    if (host.ends_with('.')) host.remove_suffix(1);
    if (!is_host_name(host)) return std::nullopt;
    return host;
}

// Exactly four decimal numbers, the first one 127. "127.1" and "0177.0.0.1" are addresses to some
// resolvers and names to others, so they are not for us.
bool is_loopback_ipv4(std::string_view host) {
    int parts = 0;
    while (true) {
        const auto dot = host.find('.');
        const auto part = host.substr(0, dot);
        if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
        if (part.size() > 1 && part.front() == '0') return false;
        if (part.size() == 3 && part > "255") return false;
        if (parts == 0 && part != "127") return false;
        ++parts;
        if (dot == std::string_view::npos) return parts == 4;
        host.remove_prefix(dot + 1);
    }
}

bool is_loopback(std::string_view host) {
    constexpr std::string_view suffix = ".localhost";
    if (iequals(host, "localhost") || host == "[::1]") return true;
    if (host.size() > suffix.size() && iequals(host.substr(host.size() - suffix.size()), suffix))
        return true;
    return is_loopback_ipv4(host);
}

bool is_host_listed(std::string_view host, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed, [host](std::string_view entry) {
        if (entry.size() > 1 && entry.ends_with('.')) entry.remove_suffix(1);
        if (iequals(entry, host)) return true;
        // An IPv6 literal may be listed without its brackets.
        return host.starts_with('[') && iequals(entry, host.substr(1, host.size() - 2));
    });
}

bool is_any_listed(const std::vector<std::string>& allowed) {
    return std::ranges::find(allowed, "*") != allowed.end();
}

bool is_loopback_origin(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!iequals(origin.substr(0, scheme.size()), scheme)) continue;
        const auto host = parse_host(origin.substr(scheme.size()));
        return host && is_loopback(*host);
    }
    return false;
}

bool is_origin_listed(std::string_view origin, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed, [origin](std::string_view entry) {
        // People copy origins from an address bar; a sent Origin never ends in a slash.
        if (entry.ends_with('/')) entry.remove_suffix(1);
        return !entry.empty() && iequals(entry, origin);
    });
}

constexpr std::size_t shown_bytes_max = 200; // of a header value that an error repeats
constexpr std::string_view forwarded_prefix = "X-Forwarded-";

result<void> check_host(std::string_view authority, const access_policy& policy) {
    const auto host = parse_host(authority);
    if (!host) return fault{errc::host_refused, "The header Host is malformed"};
    if (is_any_listed(policy.hosts_allowed) || is_loopback(*host) ||
        is_host_listed(*host, policy.hosts_allowed))
        return {};
    const std::string shown{*host};
    return fault{errc::host_refused, "The Host \"" + shown +
                                         "\" is not allowed; if this gateway is meant to be "
                                         "reached by that name, add \"" +
                                         shown + "\" to http.hosts_allowed"};
}

} // namespace

// A name such as "Content-Length " hides a field from one of two readers.
bool is_token(std::string_view text) {
    static constexpr auto table = [] {
        std::array<bool, 256> allowed{};
        for (std::size_t c = 0; c < 128; ++c) allowed[c] = is_alnum(static_cast<char>(c));
        for (const char c : std::string_view{"!#$%&'*+-.^_`|~"})
            allowed[static_cast<unsigned char>(c)] = true;
        return allowed;
    }();
    bool is_good = !text.empty();
    for (const char c : text) is_good = table[static_cast<unsigned char>(c)] && is_good;
    return is_good;
}

bool is_param(std::string_view name) {
    return iequals(name.substr(0, header_name::param_prefix.size()), header_name::param_prefix);
}

const header_field* request_head::first(std::string_view name) const {
    for (const auto& field : fields)
        if (iequals(field.name, name)) return &field;
    return nullptr;
}

std::optional<std::string_view> request_head::find(std::string_view name) const {
    const auto* const field = first(name);
    if (field == nullptr) return std::nullopt;
    return trim(field->value);
}

std::size_t request_head::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields, [name](const header_field& field) { return iequals(field.name, name); }));
}

result<void> check_framing(const request_head& head) {
    if (head.version != 10 && head.version != 11)
        return fault{errc::bad_http_request, "The HTTP version must be 1.0 or 1.1"};
    if (auto checked = check_fields(head); !checked) return checked;
    if (head.version == 11 && head.count(header_name::host) == 0)
        return fault{errc::bad_http_request, "The header Host is missing"};
    if (auto checked = check_body_length(head); !checked) return checked;
    for (const auto& field : head.fields)
        if (iequals(field.name, "Expect") && !iequals(trim(field.value), "100-continue"))
            return fault{errc::bad_http_request, "Expect allows only 100-continue"};
    if (head.count("Trailer") != 0)
        return fault{errc::bad_http_request, "Trailers are not supported"};
    return {};
}

result<void> check_access(const request_head& head, const access_policy& policy) {
    const auto authority = head.find(header_name::host);
    // Without a name (HTTP/1.0) nobody can tell that the request was meant for us.
    if (!authority && !is_any_listed(policy.hosts_allowed))
        return fault{errc::host_refused, "The header Host is missing"};
    if (authority)
        if (auto checked = check_host(*authority, policy); !checked) return checked;
    // Of a target in absolute form the authority counts (RFC 9112, 3.2.2); a filter in front of us
    // may have looked at either.
    if (const auto named = split_target(head.target).authority; !named.empty())
        if (auto checked = check_host(named, policy); !checked) return checked;
    const auto origin = head.find(header_name::origin);
    if (!origin || is_any_listed(policy.origins_allowed) || is_loopback_origin(*origin) ||
        is_origin_listed(*origin, policy.origins_allowed))
        return {};
    const auto shown = sanitize_utf8(origin->substr(0, shown_bytes_max));
    return fault{errc::origin_refused, "The Origin \"" + shown +
                                           "\" is not allowed; if the page is yours, add \"" +
                                           shown + "\" to http.origins_allowed"};
}

bool is_local_request(const request_head& head) {
    const auto authority = head.find(header_name::host);
    const auto host = authority ? parse_host(*authority) : std::nullopt;
    if (!host || !is_loopback(*host) || !split_target(head.target).authority.empty()) return false;
    const auto origin = head.find(header_name::origin);
    if (origin && !is_loopback_origin(*origin)) return false;
    // Browsers say so of what pages of others make them ask, where no Origin is sent.
    const auto site = head.find("Sec-Fetch-Site");
    if (site && *site != "none" && *site != "same-origin") return false;
    return std::ranges::none_of(head.fields, [](const header_field& field) {
        return iequals(field.name, "Forwarded") || iequals(field.name, "Via") ||
               iequals(field.name, "X-Real-IP") ||
               iequals(field.name.substr(0, forwarded_prefix.size()), forwarded_prefix);
    });
}

std::vector<std::pair<std::string, std::string>> find_params(const request_head& head) {
    std::vector<std::pair<std::string, std::string>> params;
    for (const auto& field : head.fields)
        if (is_param(field.name)) params.emplace_back(field.name, trim(field.value));
    return params;
}

} // namespace mcpgw
