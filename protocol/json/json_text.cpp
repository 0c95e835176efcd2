// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_text.hpp"

#include "protocol/json/json_bytes.hpp"
#include "protocol/json/json_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace mcpgw {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD"; // U+FFFD

/// Appends the characters from `at` on up to the next ASCII byte. Returns where that is.
const char* append_non_ascii(std::string& out, const char* at, const char* end) {
    const char* run = at; // valid so far, not yet appended
    while (at != end && static_cast<unsigned char>(*at) >= 0x80) {
        const std::size_t size = utf8_char_size(at, end);
        if (size != 0) {
            at += size;
            continue;
        }
        out.append(run, at);
        out += replacement_character;
        run = ++at;
    }
    out.append(run, at);
    return at;
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\b':
        out += "\\b";
        return;
    case '\f':
        out += "\\f";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default: {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\u00";
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    }
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto tail = [&out, point](unsigned shift) {
        out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
    };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0U | (point >> 6U));
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0U | (point >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Four hexadecimal digits that were checked before.
std::uint32_t read_hex4(std::string_view digits) {
    std::uint32_t value = 0;
    for (const char c : digits.substr(0, 4)) {
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
}

/// Resolves the escape at text[at], which is the backslash of a checked string. Returns what is
/// behind it.
std::size_t append_unescaped(std::string& out, std::string_view text, std::size_t at) {
    const char kind = text[at + 1];
    constexpr std::string_view kinds = "bfnrt";
    constexpr std::string_view bytes = "\b\f\n\r\t";
    if (kind != 'u') {
        const std::size_t index = kinds.find(kind);
        out += index == kinds.npos ? kind : bytes[index];
        return at + 2;
    }
    std::uint32_t point = read_hex4(text.substr(at + 2));
    if (point < 0xD800 || point > 0xDBFF) {
        append_utf8(out, point);
        return at + 6;
    }
    const std::uint32_t low = read_hex4(text.substr(at + 8));
    point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    append_utf8(out, point);
    return at + 12;
}

bool begins_with(std::string_view raw, char c) {
    return !raw.empty() && raw.front() == c;
}

} // namespace

std::string quote_json(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const char* const special = find_special(at, end);
        out.append(at, special);
        at = special;
        if (at == end) break;
        if (static_cast<unsigned char>(*at) >= 0x80) {
            at = append_non_ascii(out, at, end);
        } else {
            append_escape(out, *at);
            ++at;
        }
    }
    out += '"';
    return out;
}

std::optional<std::string_view> unquote_json(std::string_view raw, std::string& room) {
    const bool is_quoted = raw.size() >= 2 && raw.front() == '"' && raw.back() == '"';
    if (!is_quoted) return std::nullopt;
    const std::string_view text = raw.substr(1, raw.size() - 2);
    const char* const end = text.data() + text.size();
    if (find_special(text.data(), end) == end) return text;
    json_scanner in{raw, {}};
    if (!in.skip_value() || !in.is_at_end()) return std::nullopt;
    room.clear();
    room.reserve(text.size());
    std::size_t at = 0;
    for (;;) {
        const std::size_t backslash = text.find('\\', at);
        room += text.substr(at, backslash - at);
        if (backslash == text.npos) return room;
        at = append_unescaped(room, text, backslash);
    }
}

std::string respelt_key(std::string_view key) {
    if (key.find('\\') == key.npos) return std::string{key};
    const auto quoted = fmt::format("\"{}\"", key);
    const auto made = quote_json(unquote_json(quoted).value_or(std::string{key}));
    return made.substr(1, made.size() - 2);
}

std::optional<std::string> unquote_json(std::string_view raw) {
    std::string room;
    const auto text = unquote_json(raw, room);
    if (!text) return std::nullopt;
    if (text->data() == room.data()) return room;
    return std::string{*text};
}

bool is_json_string(std::string_view raw) {
    return begins_with(raw, '"');
}
bool is_json_object(std::string_view raw) {
    return begins_with(raw, '{');
}
bool is_json_array(std::string_view raw) {
    return begins_with(raw, '[');
}

std::string minify_json(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t kept = 0; // text before it is in `out`, or was a blank
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            if (c == '\\') ++at; // whatever it escapes does not end the string
        } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            out += text.substr(kept, at - kept);
            kept = at + 1;
        }
    }
    out += text.substr(kept);
    return out;
}

std::size_t utf8_prefix(std::string_view text, std::size_t bytes) {
    if (bytes >= text.size()) return text.size();
    const auto is_tail = [text](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    };
    // A character has at most three bytes behind its first; more of them are no UTF-8 anyway.
    const std::size_t lowest = bytes - std::min<std::size_t>(bytes, 3);
    std::size_t at = bytes;
    while (at > lowest && is_tail(at)) --at;
    return is_tail(at) ? bytes : at;
}

std::string sanitize_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const char* const stop =
            std::find_if(at, end, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        out.append(at, stop);
        at = append_non_ascii(out, stop, end);
    }
    return out;
}

} // namespace mcpgw
