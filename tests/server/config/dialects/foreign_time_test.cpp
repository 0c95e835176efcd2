// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/foreign_time.hpp"

#include "server/config/dialects/entry_translator.hpp"

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace mcpgw;
using enum time_unit;

TEST_CASE("a_time_keeps_its_unit_and_is_questioned_where_nobody_can_mean_it") {
    struct row {
        double number;
        time_unit unit;
        double seconds;
        bool is_doubtful;
    };
    constexpr std::array rows{
        row{60, seconds, 60, false},       row{3600, seconds, 3600, false},
        row{7200, seconds, 7200, false},   row{60000, seconds, 60, true},
        row{0.5, seconds, 0.5, false},     row{5000, milliseconds, 5, false},
        row{1000, milliseconds, 1, false}, row{600000, milliseconds, 600, false},
        row{30, milliseconds, 30, true},   row{45, unknown, 45, false},
        row{30000, unknown, 30, false},    row{1800, unknown, 1800, true},
        row{3600, unknown, 3600, true},    row{5000, unknown, 5, true},
        row{1e10, nanoseconds, 10, false}, row{30, nanoseconds, 30, false},
    };
    for (const auto& [number, unit, expected, is_doubtful] : rows) {
        INFO(number << " " << static_cast<int>(unit));
        const auto time = read_foreign_time(make_number(number, 1), unit, false);
        REQUIRE(time);
        CHECK(time->seconds == expected);
        CHECK(time->doubt.empty() == !is_doubtful);
    }
    // Where the key says the unit, only a warning is possible.
    CHECK(read_foreign_time(make_number(200'000, 1), seconds, true)->seconds == 200'000);
    CHECK_FALSE(read_foreign_time(make_number(200'000, 1), seconds, true)->doubt.empty());
    CHECK(read_foreign_time(make_number(500, 1), milliseconds, true)->seconds == 0.5);
}

TEST_CASE("a_text_may_say_the_unit_of_a_time_itself") {
    const std::array<std::pair<std::string, double>, 8> texts{{{"90s", 90},
                                                               {"2m", 120},
                                                               {"1h30m", 5400},
                                                               {"500ms", 0.5},
                                                               {"1.5 s", 1.5},
                                                               {"2 minutes", 120},
                                                               {"30", 30},
                                                               {"1d", 86400}}};
    for (const auto& [text, expected] : texts) {
        INFO(text);
        const auto time = read_foreign_time(make_text(text, 1), unknown, false);
        REQUIRE(time);
        CHECK(time->seconds == expected);
    }
    for (const std::string text :
         {"", "soon", "s", "5 parsecs", "1e999s", "--", "5s5", "nan", "inf"}) {
        INFO(text);
        CHECK_FALSE(read_foreign_time(make_text(text, 1), seconds, false));
    }
    CHECK_FALSE(read_foreign_time(make_flag(true, 1), seconds, false));
}
