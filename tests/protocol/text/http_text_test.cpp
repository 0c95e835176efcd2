// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/http_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace mcpgw;

namespace {

/// What iequals() promises, one byte after the other.
bool is_same_but_for_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

} // namespace

TEST_CASE("names_are_compared_alike_at_every_length_and_place") {
    for (std::size_t size = 0; size < 40; ++size) {
        const auto name = std::string{"Mcp-Protocol-Version-Of-The-Gateway-Ab[]"}.substr(0, size);
        std::string other = name;
        std::ranges::transform(other, other.begin(), to_lower);
        CHECK(iequals(name, other));
        CHECK(iequals(other, name));
        CHECK_FALSE(iequals(name, other + "x"));
        for (std::size_t at = 0; at < size; ++at) {
            CAPTURE(name, at);
            auto changed = other;
            changed[at] = '*';
            REQUIRE_FALSE(iequals(name, changed));
            REQUIRE_FALSE(iequals(changed, name));
        }
    }
}

TEST_CASE("only_letters_have_a_case") {
    // In each place of a word, and in a name that is shorter than one: all pairs of bytes.
    for (const std::size_t size : {3U, 8U, 11U})
        for (int first = 0; first < 256; ++first)
            for (int second = 0; second < 256; ++second)
                for (std::size_t at = 0; at < size; ++at) {
                    std::string a(size, 'n');
                    std::string b(size, 'N');
                    a[at] = static_cast<char>(first);
                    b[at] = static_cast<char>(second);
                    if (iequals(a, b) != is_same_but_for_case(a, b)) FAIL(first << " " << second);
                }
    SUCCEED();
}
