// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/decimal.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <string_view>

using mcpgw::decimal;

TEST_CASE("every_number_is_written_in_full") {
    CHECK(std::string_view{decimal{0}} == "0");
    CHECK(std::string_view{decimal{65'537}} == "65537");
    CHECK(std::string_view{decimal{std::numeric_limits<std::uint64_t>::max()}} ==
          "18446744073709551615");
}
