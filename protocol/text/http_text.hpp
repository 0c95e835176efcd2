// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mcpgw {

/// Text of HTTP heads, byte by byte and without a locale.

/// Eight bytes as one number, to be looked at together.
inline constexpr std::size_t word_bytes = 8;
inline constexpr std::uint64_t each_byte = 0x0101010101010101ULL; ///< times a byte: that in all

inline std::uint64_t load_word(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    return word;
}

/// Whether two words are the same text but for the case of letters.
constexpr bool words_match(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t case_bits = each_byte * 0x20;
    constexpr std::uint64_t high_bits = each_byte * 0x80;
    const auto difference = a ^ b;
    if (difference == 0) return true;
    if ((difference & ~case_bits) != 0) return false;
    // The sums below must not carry into the next byte: what is not ASCII has no case anyway.
    const auto ascii = ~(a & high_bits);
    const auto low = (a | case_bits) & ~high_bits;
    // The high bit of each byte that is a letter: at least 'a', and not more than 'z'.
    const auto letters =
        (low + each_byte * (0x80 - 'a')) & ~(low + each_byte * (0x7F - 'z')) & ascii;
    return ((difference << 2U) & ~letters & high_bits) == 0;
}

/// Each request has the names in its header compared some hundred times.
inline bool iequals(std::string_view a, std::string_view b) {
    const auto size = a.size();
    if (size != b.size()) return false;
    if (size < word_bytes) {
        for (std::size_t i = 0; i < size; ++i)
            if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
        return true;
    }
    for (std::size_t at = 0; at + word_bytes < size; at += word_bytes)
        if (!words_match(load_word(a, at), load_word(b, at))) return false;
    const auto last = size - word_bytes; // may overlap the one before
    return words_match(load_word(a, last), load_word(b, last));
}

} // namespace mcpgw
