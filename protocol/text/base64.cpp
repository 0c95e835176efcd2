// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/base64.hpp"

#include <array>
#include <cstddef>

namespace mcpgw {

namespace {

constexpr std::string_view alphabet_of(base64_form form) {
    return form == base64_form::padded
               ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

constexpr std::int8_t no_digit = -1;
using digit_table = std::array<std::int8_t, 256>;

constexpr digit_table make_digits(base64_form form) {
    digit_table digits{};
    digits.fill(no_digit);
    std::int8_t value = 0;
    for (const char c : alphabet_of(form)) digits[static_cast<unsigned char>(c)] = value++;
    return digits;
}

constexpr digit_table padded_digits = make_digits(base64_form::padded);
constexpr digit_table url_digits = make_digits(base64_form::url);

} // namespace

std::string encode_base64(std::string_view bytes, base64_form form) {
    const std::string_view alphabet = alphabet_of(form);
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0; // bits that are not written yet
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) out += alphabet[(bits >> (count - 6)) & 63U];
    }
    if (count != 0) out += alphabet[(bits << (6 - count)) & 63U];
    if (form == base64_form::padded) out.resize((out.size() + 3) / 4 * 4, '=');
    return out;
}

std::optional<std::string> decode_base64(std::string_view text, base64_form form) {
    if (form == base64_form::padded) {
        if (text.size() % 4 != 0) return std::nullopt;
        for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    const digit_table& digits = form == base64_form::padded ? padded_digits : url_digits;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0; // bits that are not written yet
    for (const char c : text) {
        const std::int8_t digit = digits[static_cast<unsigned char>(c)];
        if (digit == no_digit) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>((bits >> count) & 255U);
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

} // namespace mcpgw
