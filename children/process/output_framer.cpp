// SPDX-License-Identifier: Apache-2.0
#include "children/process/output_framer.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_scanner.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view length_header = "content-length:";
constexpr std::size_t beginnings_max = 16; // of JSON in a line of other text
constexpr std::size_t shown_characters_max = 200;

bool begins_with_any_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(),
                      [](char a, char b) { return a == to_lower(b); });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

/// The first line of JSON that is printed over several: it ends where a value or a name must
/// follow.
bool is_beginning(std::string_view line) {
    const auto text = trimmed(line);
    return line.starts_with('{') && std::string_view{"{[,"}.find(text.back()) != text.npos;
}

/// Bytes of the JSON value at the beginning; 0: there is none.
std::size_t value_size(std::string_view text) {
    json_scanner in{text, scan_limits{}};
    return in.skip_value() ? in.offset() : 0;
}

/// Messages on a line with other text, or with each other. Behind other text only answers count: a
/// log may quote a request, and must not make it twice.
std::vector<shared_text> find_glued(std::string_view line) {
    std::vector<shared_text> found;
    bool is_pure = true; // nothing but messages so far
    std::size_t at = 0;
    for (std::size_t tries = 0; tries < beginnings_max; ++tries) {
        const auto begin = line.find('{', at);
        if (begin == line.npos) break;
        is_pure = is_pure && trimmed(line.substr(at, begin - at)).empty();
        const auto rest = line.substr(begin);
        const auto size = value_size(rest);
        const auto message =
            size == 0 ? result<envelope>{errc::parse_error} : scan_envelope(rest.substr(0, size));
        const bool counts =
            message.has_value() && (is_pure || message->kind == message_kind::response);
        if (counts) found.push_back(shared_text::copy_of(rest.substr(0, size)));
        is_pure = is_pure && counts;
        at = begin + (size == 0 ? 1 : size);
    }
    return found;
}

} // namespace

output_framer::finding output_framer::on_line(std::string_view line) {
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    if (!collected_.empty()) return collect(line);
    if (take_header(line)) return {{}, true};
    if (auto glued = find_glued(line); !glued.empty()) return {std::move(glued), true};
    if (is_beginning(line)) return collect(line);
    return {};
}

output_framer::finding output_framer::collect(std::string_view line) {
    if (collected_.size() + line.size() > bytes_max_) {
        collected_.clear();
        return {};
    }
    collected_.append(line).append(" ");
    if (!line.starts_with('}')) return {{}, true};
    const std::string whole = std::exchange(collected_, {});
    const auto message = trimmed(whole);
    if (scan_envelope(message).has_error()) return {};
    return {{shared_text::copy_of(message)}, true};
}

bool output_framer::take_header(std::string_view line) {
    if (!begins_with_any_case(line, length_header)) return false;
    const auto digits = trimmed(line.substr(length_header.size()));
    std::size_t bytes = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    if (ec != std::errc{} || end != digits.data() + digits.size()) return false;
    if (bytes == 0 || bytes > bytes_max_) return false;
    body_bytes_ = bytes;
    is_framed_ = true;
    has_headers_ = false;
    return true;
}

std::size_t output_framer::next_part(std::string_view rest) const {
    if (has_headers_) return rest.size() < body_bytes_ ? 0 : body_bytes_;
    const auto newline = rest.find('\n');
    return newline == rest.npos ? 0 : newline + 1;
}

bool output_framer::take_part(std::string_view part) {
    if (!has_headers_) {
        has_headers_ = trimmed(part).empty();
        return false;
    }
    is_framed_ = false;
    return true;
}

shared_text on_one_line(shared_text message) {
    const bool is_on_one = std::string_view{message}.find('\n') == std::string_view::npos;
    return is_on_one ? std::move(message) : shared_text::copy_of(flatten_newlines(message));
}

std::string_view find_spoilt_id(std::string_view line) {
    constexpr std::string_view key = "\"id\"";
    if (!line.starts_with('{')) return {};
    const auto at = line.find(key);
    if (at == line.npos) return {};
    auto rest = line.substr(at + key.size());
    const auto first = rest.find_first_not_of(" \t:\"");
    if (first == rest.npos) return {};
    rest.remove_prefix(first);
    return rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()));
}

std::string shown_output(std::string_view text) {
    std::string shown;
    const auto clean = sanitize_utf8(text.substr(0, 4 * shown_characters_max));
    std::size_t characters = 0;
    for (const char c : clean) {
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = byte >= 0x80 && byte < 0xC0;
        if (!continues && ++characters > shown_characters_max) return shown + "…";
        if (byte < 0x20 || byte == 0x7f)
            shown += fmt::format("\\x{:02x}", byte);
        else
            shown += c;
    }
    return shown;
}

} // namespace mcpgw
