// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_bytes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>

using mcpgw::find_special;
using mcpgw::json_bytes::is_special;

TEST_CASE("every_byte_is_told_apart_at_every_place") {
    // Longer than all that is looked at in one step, so that each kind of step meets each byte.
    constexpr std::size_t longest = 421;
    for (unsigned value = 0; value <= 0xFF; ++value) {
        const auto byte = static_cast<unsigned char>(value);
        std::string text(longest, 'x');
        for (std::size_t at = 0; at < longest; ++at) {
            text[at] = static_cast<char>(byte);
            const char* const begin = text.data();
            const char* const end = begin + longest;
            const auto expected = is_special(byte) ? at : longest;
            const auto found = static_cast<std::size_t>(find_special(begin, end) - begin);
            if (found != expected) FAIL("byte " << value << " at " << at << ": " << found);
            text[at] = 'x';
        }
    }
}
