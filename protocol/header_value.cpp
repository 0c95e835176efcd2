#include "protocol/header_value.hpp"

#include "protocol/json_text.hpp"

#include <algorithm>
#include <cstdint>

namespace mcpgw {

namespace {

constexpr std::string_view sentinel_begin = "=?base64?";
constexpr std::string_view sentinel_end = "?=";

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0; // bits that are not written yet
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) out += alphabet[(bits >> (count - 6)) & 63U];
    }
    if (count != 0) out += alphabet[(bits << (6 - count)) & 63U];
    out.resize((out.size() + 3) / 4 * 4, '=');
    return out;
}

// Strict: whole groups, padding only at the end, unused bits zero. So every value has exactly one
// encoded form, and two readers cannot decode one header to two names.
std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>((bits >> count) & 255U);
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

} // namespace

bool is_plain_header_value(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return (c >= 0x20 && c <= 0x7E) || c == '\t'; });
}

std::optional<std::string> decode_header_value(std::string_view value) {
    if (!is_plain_header_value(value)) return std::nullopt;
    if (!value.starts_with(sentinel_begin) || !value.ends_with(sentinel_end))
        return std::string{value};
    // "=?base64?=" begins and ends right, but has no room for both marks.
    if (value.size() < sentinel_begin.size() + sentinel_end.size()) return std::nullopt;
    value.remove_prefix(sentinel_begin.size());
    value.remove_suffix(sentinel_end.size());
    auto decoded = decode_base64(value);
    if (!decoded || sanitize_utf8(*decoded) != *decoded) return std::nullopt;
    return decoded;
}

std::string encode_header_value(std::string_view value) {
    const bool has_outer_space = !value.empty() && (value.front() == ' ' || value.back() == ' ');
    const bool looks_encoded = value.starts_with(sentinel_begin) && value.ends_with(sentinel_end);
    // A tab is legal in a header, but some proxies make it a space.
    const bool has_tab = value.find('\t') != std::string_view::npos;
    if (is_plain_header_value(value) && !has_outer_space && !has_tab && !looks_encoded)
        return std::string{value};
    return std::string{sentinel_begin} + encode_base64(value) + std::string{sentinel_end};
}

} // namespace mcpgw
