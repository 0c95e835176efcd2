// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_duration.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

TEST_CASE("durations_with_units_are_read") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("15m") == 15min);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("7d") == 168h);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("0.5s") == 500ms);
    CHECK(parse_duration("0s") == 0ms);
    for (const auto* const text :
         {"", "30", "s", "30 s", " 30s", "30s ", "-1s", "+1s", "1e3s", "30sec", "30S", "1.s",
          "infs", "nans", "0x1s", "99999999999999999999d", "1s2", "1..5s"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("every_duration_of_a_file_may_have_a_unit_or_be_a_plain_number") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"(
[gateway]
list_wait = "1500ms"
question_timeout_ms = "15m"
[http]
idle_timeout_ms = "2m"
session_timeout_ms = 7200000
[[children]]
name = "one"
command = "tool"
timeout = "2m30s"
idle_timeout = "2h"
start_timeout = 2.5
restart = { base = "250ms", max = "1m" }
tools = { search = { timeout = "90s" } }
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.gateway.list_wait == 1500ms);
    CHECK(made.value.gateway.question_timeout == 15min);
    CHECK(made.value.http.idle_timeout == 2min);
    CHECK(made.value.http.session_timeout == 2h);
    const auto& child = made.value.children.at(0);
    CHECK(child.call_timeout == 150s);
    CHECK(child.pool.idle_timeout == 2h);
    CHECK(child.start_timeout == 2500ms);
    CHECK(child.restart.base == 250ms);
    CHECK(child.restart.max == 1min);
    CHECK(child.tools.at("search").call_timeout == 90s);
}

TEST_CASE("what_is_no_duration_or_too_long_is_reported_with_what_is_understood") {
    const scratch_directory scratch;
    const auto message = [&scratch](std::string_view line) {
        const auto made = scratch.load(
            "a.toml", "[[children]]\nname = \"a\"\ncommand = \"tool\"\n" + std::string{line});
        REQUIRE(made.problems.size() == 1);
        CHECK(made.problems[0].line == 4);
        return made.problems[0].message + " (" + made.problems[0].hint + ")";
    };
    CHECK(message("timeout = \"60\"") ==
          "this text is no duration (write \"250ms\", \"30s\", \"15m\" or \"2h\", or a number of "
          "seconds without quotes)");
    CHECK(message("timeout = true") ==
          "wrong type: expected a duration, found true or false (write \"250ms\", \"30s\", \"15m\" "
          "or \"2h\", or a number of seconds without quotes)");
    CHECK(message("timeout = \"8d\"") ==
          "out of range: from 0.001 to 604800 seconds is allowed ()");
    CHECK(message("timeout = \"0s\"") ==
          "out of range: from 0.001 to 604800 seconds is allowed ()");
    const auto http = scratch.load("b.toml", "[http]\nidle_timeout_ms = 1.5\n[[children]]\n"
                                             "name = \"a\"\ncommand = \"tool\"\n");
    REQUIRE(http.problems.size() == 1);
    CHECK(http.problems[0].message ==
          "wrong type: expected a duration, found a number with a fraction");
    CHECK(http.problems[0].hint == "write \"250ms\", \"30s\", \"15m\" or \"2h\", or a whole number "
                                   "of milliseconds without quotes");
}
