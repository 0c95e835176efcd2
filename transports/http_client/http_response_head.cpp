// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_response_head.hpp"

#include "protocol/http/http_rules.hpp"
#include "protocol/text/http_text.hpp"

#include <algorithm>
#include <charconv>

namespace mcpgw {

namespace {

constexpr std::size_t shown_bytes_max = 40; // of a line that is no HTTP

/// The next line without its end, which is CRLF or LF; what is left after it.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

fault no_http(std::string_view line) {
    std::string shown{line.substr(0, shown_bytes_max)};
    for (char& c : shown)
        if (c < 0x20 || c >= 0x7f) c = '?';
    return {errc::bad_http_request,
            "malformed HTTP response: it begins with '" + shown + "' instead of a status line"};
}

struct status_line {
    int status = 0;
    bool is_http_10 = false;
};

/// "HTTP/1.1 200 OK"; the reason and the blank before it may be missing, the version be a later
/// one.
result<status_line> parse_status_line(std::string_view line) {
    constexpr std::string_view begin = "HTTP/";
    auto rest = trim(line);
    if (!rest.starts_with(begin)) return no_http(line);
    const auto version_end = std::min(rest.find_first_of(" \t"), rest.size());
    const auto version = rest.substr(begin.size(), version_end - begin.size());
    if (version.empty() || version.find_first_not_of("0123456789.") != std::string_view::npos)
        return no_http(line);
    rest = trim(rest.substr(version_end));
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    // 000 to 099 are no class of status (RFC 9110, 15).
    if (digits.size() != 3 || digits.front() == '0') return no_http(line);
    status_line parsed;
    std::from_chars(digits.data(), digits.data() + digits.size(), parsed.status);
    parsed.is_http_10 = version == "1.0" || version.starts_with("0");
    return parsed;
}

void clean_value(std::string& value) {
    for (char& c : value)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
}

/// Each element of a list in a field's value, in lower case.
template <class Visit>
void for_each_element(std::string_view value, Visit visit) {
    while (!value.empty()) {
        const auto comma = std::min(value.find(','), value.size());
        std::string element{trim(value.substr(0, comma))};
        std::ranges::transform(element, element.begin(), to_lower);
        if (!element.empty()) visit(std::string_view{element});
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
}

void read_fields(std::string_view text, http_response_head& head) {
    while (!text.empty()) {
        const bool is_folded = text.front() == ' ' || text.front() == '\t';
        const auto line = take_line(text);
        if (is_folded && !head.fields.empty()) { // obsolete line folding (RFC 9112, 5.2)
            auto& value = head.fields.back().second;
            value.append(" ").append(trim(line));
            clean_value(value);
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = trim(line.substr(0, colon));
        if (!is_token(name)) continue;
        std::string value{trim(line.substr(colon + 1))};
        clean_value(value);
        head.fields.emplace_back(std::string{name}, std::move(value));
    }
}

struct framing_fields {
    std::optional<std::uint64_t> length;
    bool is_chunked = false;
    bool is_encoded = false; ///< by a transfer coding that nobody asked for
    bool says_close = false;
    bool says_keep_alive = false;
    bool has_two_lengths = false;
};

void note_length(std::string_view digits, framing_fields& fields) {
    std::uint64_t length = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, length);
    const bool is_number = ec == std::errc{} && stop == end;
    fields.has_two_lengths |= !is_number || (fields.length && *fields.length != length);
    fields.length = length;
}

framing_fields read_framing(const http_response_head& head) {
    framing_fields found;
    for (const auto& [name, value] : head.fields) {
        if (is_same_field(name, "Content-Length"))
            for_each_element(value, [&](std::string_view each) { note_length(each, found); });
        else if (is_same_field(name, "Transfer-Encoding"))
            for_each_element(value, [&](std::string_view coding) {
                found.is_chunked |= coding == "chunked";
                found.is_encoded |= coding != "chunked" && coding != "identity";
            });
        else if (is_same_field(name, "Connection") || is_same_field(name, "Proxy-Connection"))
            for_each_element(value, [&](std::string_view option) {
                found.says_close |= option == "close";
                found.says_keep_alive |= option == "keep-alive";
            });
    }
    return found;
}

} // namespace

std::optional<std::string_view> http_response_head::find(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (is_same_field(key, name)) return trim(value);
    return std::nullopt;
}

bool is_same_field(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::string http_response_head::media_type() const {
    const auto value = find("Content-Type").value_or(std::string_view{});
    std::string type{trim(value.substr(0, value.find_first_of(";,")))};
    std::ranges::transform(type, type.begin(), to_lower);
    return type;
}

std::optional<std::size_t> find_head_end(std::string_view text) {
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        const auto rest = text.substr(at + 1);
        if (rest.starts_with('\n')) return at + 2;
        if (rest.starts_with("\r\n")) return at + 3;
    }
    return std::nullopt;
}

result<parsed_head> parse_response_head(std::string_view text) {
    const auto first = take_line(text);
    const auto line = parse_status_line(first);
    if (line.has_error()) return line.error();
    parsed_head parsed;
    parsed.head.status = line->status;
    read_fields(text, parsed.head);
    const auto framing = read_framing(parsed.head);
    if (framing.is_encoded)
        return fault{errc::bad_http_request,
                     "malformed HTTP response: a Transfer-Encoding that was not asked for"};
    const int status = line->status;
    const bool has_no_body = status == 204 || status == 304 || (status >= 100 && status < 200);
    if (has_no_body) {
        parsed.framing = body_framing::none;
    } else if (framing.is_chunked) { // and a length beside it means nothing (RFC 9112, 6.3)
        parsed.framing = body_framing::chunked;
    } else if (framing.has_two_lengths) {
        return fault{errc::bad_http_request,
                     "malformed HTTP response: its Content-Length is no number, or two"};
    } else if (framing.length) {
        parsed.framing = body_framing::length;
        parsed.length = *framing.length;
    }
    parsed.keeps_alive = !framing.says_close && parsed.framing != body_framing::to_the_end &&
                         (!line->is_http_10 || framing.says_keep_alive) &&
                         !(framing.is_chunked && framing.length);
    return parsed;
}

} // namespace mcpgw
