// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace mcpgw {

/// What the reading and the quoting of JSON strings share: finding the next byte that needs a
/// decision, and the length of a UTF-8 character. Internal to this folder. Owns nothing; never
/// reads at or past `end`.

namespace json_bytes {

inline constexpr std::uint64_t ones = 0x0101010101010101ULL;
inline constexpr std::uint64_t high_bits = 0x8080808080808080ULL;

/// High bits of the bytes of `word` that are a control character, '"', '\\' or not ASCII. Only the
/// lowest set bit can be trusted: a borrow may mark bytes above it.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
    const std::uint64_t quotes = word ^ (ones * '"');
    const std::uint64_t backslashes = word ^ (ones * '\\');
    const std::uint64_t below_space = word - ones * 0x20;
    return ((quotes - ones) | (backslashes - ones) | below_space | word) & high_bits;
}

constexpr bool is_special(unsigned char byte) {
    return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

#if defined(__SSE2__)
/// All bits of each such byte. With '"' (0x22) and the space (0x20) in each other's place, one
/// comparison finds the first along with what is below it; it is signed, so bytes that are not
/// ASCII are below too.
inline __m128i special_of(__m128i bytes) {
    const __m128i swapped = _mm_xor_si128(bytes, _mm_set1_epi8(0x02));
    return _mm_or_si128(_mm_cmplt_epi8(swapped, _mm_set1_epi8(0x21)),
                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
}
#endif

} // namespace json_bytes

/// The same as find_special() for what is likely to be long: several registers at a time, as wide
/// as the processor has them. Stops at the latest when less than that is left.
const char* skip_plain_blocks(const char* at, const char* end);

/// First byte from `at` on that is a control character, '"', '\\' or not ASCII; `end` if none.
inline const char* find_special(const char* at, const char* end) {
#if defined(__SSE2__)
    constexpr int short_rounds = 8; // most strings are shorter than what follows is worth
    int rounds = 0;
    while (end - at >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(json_bytes::special_of(bytes)));
        if (mask != 0) return at + std::countr_zero(mask);
        at += 16;
        if (++rounds == short_rounds) at = skip_plain_blocks(at, end);
    }
#endif
    if constexpr (std::endian::native == std::endian::little) {
        while (end - at >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, at, sizeof word);
            const std::uint64_t found = json_bytes::special_bytes(word);
            if (found != 0) return at + std::countr_zero(found) / 8;
            at += 8;
        }
    }
    while (at != end && !json_bytes::is_special(static_cast<unsigned char>(*at))) ++at;
    return at;
}

/// Bytes of the UTF-8 character at `at` (at < end), or 0 where it is none (RFC 3629, section 4: no
/// overlong forms, no surrogates, nothing above U+10FFFF).
inline std::size_t utf8_char_size(const char* at, const char* end) {
    const auto byte = [at](std::size_t i) {
        return static_cast<unsigned char>(at[i]);
    };
    const auto is_tail = [&byte](std::size_t i) {
        return (byte(i) & 0xC0U) == 0x80U;
    };
    const auto available = static_cast<std::size_t>(end - at);
    const unsigned char first = byte(0);

    if (first < 0x80) return 1;
    if (first < 0xC2) return 0; // a continuation byte, or an overlong form of ASCII
    if (first < 0xE0) return available >= 2 && is_tail(1) ? 2 : 0;
    if (first < 0xF0) {
        if (available < 3 || !is_tail(1) || !is_tail(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0; // overlong
        if (first == 0xED && byte(1) > 0x9F) return 0; // a surrogate
        return 3;
    }
    if (first > 0xF4 || available < 4 || !is_tail(1) || !is_tail(2) || !is_tail(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0; // overlong
    if (first == 0xF4 && byte(1) > 0x8F) return 0; // above U+10FFFF
    return 4;
}

} // namespace mcpgw
