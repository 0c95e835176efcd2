#include "protocol/http_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace mcpgw {

namespace {

// No <cctype>: it depends on the locale and is undefined for bytes above 0x7F.
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

bool iequals(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// --- framing ---

// Carriage return and line feed are here too: a folded line is read as two fields by some.
// Looks at all of them, since that can be done many at a time.
bool has_control_character(std::string_view value) {
    bool is_found = false;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        is_found |= (byte < 0x20 && byte != '\t') || byte == 0x7F;
    }
    return is_found;
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

// --- media types ---

/// Takes the text up to the next `separator` that is not inside a quoted string.
std::string_view take_part(std::string_view& text, char separator) {
    bool is_quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (is_quoted && text[at] == '\\') {
            ++at;
            continue;
        }
        if (text[at] == '"') is_quoted = !is_quoted;
        if (!is_quoted && text[at] == separator) break;
    }
    at = std::min(at, text.size());
    const auto part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return trim(part);
}

enum class weight : unsigned char { malformed, zero, positive };

// RFC 9110, 12.4.2, and ".2" without the leading zero, which old Java clients send.
weight parse_weight(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    const auto fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    if (whole.empty() && fraction.empty()) return weight::malformed;
    if (!whole.empty() && whole != "0" && whole != "1") return weight::malformed;
    if (!std::ranges::all_of(fraction, is_digit)) return weight::malformed;
    const bool has_fraction = fraction.find_first_not_of('0') != std::string_view::npos;
    if (whole == "1") return has_fraction ? weight::malformed : weight::positive;
    return has_fraction ? weight::positive : weight::zero;
}

weight weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = take_part(parameters, ';');
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (iequals(trim(parameter.substr(0, equals)), "q"))
            return parse_weight(trim(parameter.substr(equals + 1)));
    }
    return weight::positive;
}

/// How exactly `range` names `type`: 3 the type itself, 2 `type/*`, 1 `*/*`, 0 not at all.
int specificity(std::string_view range, std::string_view type) {
    if (iequals(range, type)) return 3;
    if (range == "*/*") return 1;
    if (!range.ends_with("/*")) return 0;
    return iequals(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1)) ? 2 : 0;
}

// The most exact range decides (RFC 9110, 12.5.1): "*/*, text/event-stream;q=0" excludes streams.
bool accepts(const request_head& head, std::string_view type) {
    bool has_accept = false;
    bool is_accepted = false;
    int best = 0;
    for (const auto& field : head.fields) {
        if (!iequals(field.name, header_name::accept)) continue;
        has_accept = true;
        auto list = field.value;
        while (!list.empty()) {
            auto element = take_part(list, ',');
            const auto range = take_part(element, ';');
            const int found = specificity(range, type);
            const auto quality = weight_of(element);
            if (found == 0 || found < best || quality == weight::malformed) continue;
            const bool is_positive = quality == weight::positive;
            is_accepted = found > best ? is_positive : is_accepted || is_positive;
            best = found;
        }
    }
    return !has_accept || is_accepted;
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
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool is_param(std::string_view name) {
    return iequals(name.substr(0, header_name::param_prefix.size()), header_name::param_prefix);
}

std::optional<std::string_view> request_head::find(std::string_view name) const {
    for (const auto& field : fields)
        if (iequals(field.name, name)) return trim(field.value);
    return std::nullopt;
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
    const bool is_any_host = is_any_listed(policy.hosts_allowed);
    if (!authority) {
        // HTTP/1.0 only. Without a name nobody can tell that the request was meant for us.
        if (!is_any_host) return fault{errc::host_refused, "The header Host is missing"};
    } else {
        const auto host = parse_host(*authority);
        if (!host) return fault{errc::host_refused, "The header Host is malformed"};
        if (!is_any_host && !is_loopback(*host) && !is_host_listed(*host, policy.hosts_allowed))
            return fault{errc::host_refused, "The Host \"" + std::string{*host} +
                                                 "\" is not allowed; add it to the allowed hosts"};
    }
    const auto origin = head.find(header_name::origin);
    if (!origin || is_any_listed(policy.origins_allowed) || is_loopback_origin(*origin) ||
        is_origin_listed(*origin, policy.origins_allowed))
        return {};
    return fault{errc::origin_refused,
                 "This Origin is not allowed; add it to the allowed origins if it is yours"};
}

result<void> check_post(const request_head& head) {
    constexpr std::string_view usual_accept = "application/json, text/event-stream"; // of SDKs
    auto content_type = head.find(header_name::content_type).value_or(std::string_view{});
    if (content_type != "application/json" &&
        !iequals(take_part(content_type, ';'), "application/json"))
        return errc::unsupported_media_type;
    if (head.count(header_name::accept) == 1 && head.find(header_name::accept) == usual_accept)
        return {};
    if (!accepts(head, "application/json") || !accepts(head, "text/event-stream"))
        return errc::not_acceptable;
    return {};
}

result<void> check_get_stream(const request_head& head) {
    if (!accepts(head, "text/event-stream"))
        return fault{errc::not_acceptable, "Accept must allow text/event-stream"};
    return {};
}

std::vector<std::pair<std::string, std::string>> find_params(const request_head& head) {
    std::vector<std::pair<std::string, std::string>> params;
    for (const auto& field : head.fields)
        if (is_param(field.name)) params.emplace_back(field.name, trim(field.value));
    return params;
}

} // namespace mcpgw
