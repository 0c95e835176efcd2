// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_bytes.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace mcpgw {

#if defined(__SSE2__)

namespace {

// One test for four registers: the loop is bound by what it computes, not by memory.

__m128i special_of(const char* at) {
    return json_bytes::special_of(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

const char* skip_by_16(const char* at, const char* end) {
    for (; end - at >= 64; at += 64) {
        const __m128i first = _mm_or_si128(special_of(at), special_of(at + 16));
        const __m128i second = _mm_or_si128(special_of(at + 32), special_of(at + 48));
        if (_mm_movemask_epi8(_mm_or_si128(first, second)) != 0) break;
    }
    return at;
}

[[gnu::target("avx2")]] __m256i special_of_32(const char* at) {
    // As json_bytes::special_of().
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i swapped = _mm256_xor_si256(bytes, _mm256_set1_epi8(0x02));
    return _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), swapped),
                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

[[gnu::target("avx2")]] const char* skip_by_32(const char* at, const char* end) {
    for (; end - at >= 128; at += 128) {
        const __m256i first = _mm256_or_si256(special_of_32(at), special_of_32(at + 32));
        const __m256i second = _mm256_or_si256(special_of_32(at + 64), special_of_32(at + 96));
        if (_mm256_movemask_epi8(_mm256_or_si256(first, second)) != 0) break;
    }
    return at;
}

} // namespace

const char* skip_plain_blocks(const char* at, const char* end) {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 ? skip_by_32(at, end) : skip_by_16(at, end);
}

#else

const char* skip_plain_blocks(const char* at, const char* /*end*/) {
    return at;
}

#endif

} // namespace mcpgw
