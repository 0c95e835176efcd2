// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/value_rules.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace {

constexpr double whole_max = 9007199254740991; // 2^53 - 1

std::optional<double> number_of(std::string_view raw) {
    if (raw.empty() || (raw.front() != '-' && !is_digit(raw.front()))) return std::nullopt;
    double value = 0;
    const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (ec != std::errc{} || end != raw.data() + raw.size()) return std::nullopt;
    return value;
}

std::string_view inside(std::string_view raw) {
    return is_json_string(raw) ? raw.substr(1, raw.size() - 2) : std::string_view{};
}

/// No branch for a single character, so that the compiler can look at many at once: images are
/// large.
bool has_base64_alone(std::string_view text) {
    unsigned wrong = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const unsigned is_alpha = static_cast<unsigned char>((byte | 0x20U) - 'a') < 26;
        const unsigned is_number = static_cast<unsigned char>(byte - '0') < 10;
        const unsigned is_sign = static_cast<unsigned>(byte == '+') | (byte == '/');
        wrong |= (is_alpha | is_number | is_sign) ^ 1U;
    }
    return wrong == 0;
}

bool is_base64(std::string_view text) {
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    const auto rest = text.size() % 4;
    const bool has_room = padding == 0 ? rest != 1 : (rest + padding) % 4 == 0;
    return has_room && has_base64_alone(text);
}

/// Two digits at `at`, up to `most`.
bool is_two_digits(std::string_view text, std::size_t at, int least, int most) {
    if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return false;
    const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return value >= least && value <= most;
}

bool is_date(std::string_view text) {
    if (text.size() < 10 || !std::all_of(text.begin(), text.begin() + 4, is_digit)) return false;
    if (text[4] != '-' || text[7] != '-' || !is_two_digits(text, 5, 1, 12)) return false;
    constexpr std::array days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 0;
    int month = 0;
    std::from_chars(text.data(), text.data() + 4, year);
    std::from_chars(text.data() + 5, text.data() + 7, month);
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int most = month == 2 && !is_leap ? 28 : days.at(static_cast<std::size_t>(month - 1));
    return is_two_digits(text, 8, 1, most);
}

/// Only escapes can be some: JSON has no raw ones.
bool has_control_characters(std::string_view raw) {
    if (raw.find('\\') == raw.npos) return false;
    const auto spelt = unquote_json(raw).value_or("");
    return std::ranges::any_of(spelt, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

} // namespace

bool is_finite_number(std::string_view raw) {
    return number_of(raw).has_value();
}

bool are_numbers_finite(std::string_view raw) {
    constexpr std::string_view digits = "-0123456789";
    bool is_in_text = false;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        const char c = raw[at];
        if (c == '"') is_in_text = !is_in_text;
        if (is_in_text && c == '\\') ++at; // whatever it escapes
        if (is_in_text || digits.find(c) == digits.npos) continue;
        const auto end = std::min(raw.find_first_of(",]} \t\r\n", at), raw.size());
        if (!is_finite_number(raw.substr(at, end - at))) return false;
        at = end - 1;
    }
    return true;
}

bool is_whole_number(std::string_view raw) {
    const auto value = number_of(raw);
    return value && std::abs(*value) <= whole_max && std::trunc(*value) == *value;
}

bool is_share(std::string_view raw) {
    const auto value = number_of(raw);
    return value && *value >= 0 && *value <= 1;
}

bool is_base64_text(std::string_view raw) {
    return is_json_string(raw) && is_base64(inside(raw));
}

bool is_timestamp(std::string_view raw) {
    auto text = inside(raw);
    if (!is_date(text) || text.size() < 17 || text[10] != 'T') return false;
    if (!is_two_digits(text, 11, 0, 23) || text[13] != ':' || !is_two_digits(text, 14, 0, 59))
        return false;
    text.remove_prefix(16);
    if (text.starts_with(':')) {
        if (!is_two_digits(text, 1, 0, 59)) return false;
        text.remove_prefix(3);
        if (text.starts_with('.')) {
            const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
            if (end == 1) return false;
            text.remove_prefix(end);
        }
    }
    if (text == "Z") return true;
    return text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
           is_two_digits(text, 1, 0, 23) && text[3] == ':' && is_two_digits(text, 4, 0, 59);
}

bool is_absolute_uri(std::string_view raw) {
    const auto text = inside(raw);
    if (text.empty() || !is_letter(text.front())) return false;
    const auto colon = std::ranges::find_if_not(text, [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
    if (colon == text.end() || *colon != ':') return false;
    return !has_control_characters(raw);
}

bool is_uri_template(std::string_view raw) {
    const auto text = inside(raw);
    if (text.empty()) return false;
    std::size_t opened = text.npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && std::exchange(opened, i) != text.npos) return false;
        if (text[i] != '}') continue;
        if (opened == text.npos || opened + 1 == i) return false;
        opened = text.npos;
    }
    return opened == text.npos && !has_control_characters(raw);
}

std::optional<std::string> mended_base64(std::string_view raw) {
    auto spelt = unquote_json(raw);
    if (!spelt) return std::nullopt;
    constexpr std::string_view marker = ";base64,";
    if (spelt->starts_with("data:"))
        if (const auto at = spelt->find(marker); at != spelt->npos)
            spelt->erase(0, at + marker.size());
    std::erase_if(*spelt, [](char c) { return c == '\n' || c == '\r' || c == '\t' || c == ' '; });
    std::ranges::replace(*spelt, '-', '+');
    std::ranges::replace(*spelt, '_', '/');
    if (!is_base64(*spelt)) return std::nullopt;
    return quote_json(*spelt);
}

} // namespace mcpgw
