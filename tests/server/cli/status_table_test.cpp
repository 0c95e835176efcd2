// SPDX-License-Identifier: Apache-2.0
#include "server/cli/status_table.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw {
namespace {

namespace json = boost::json;

TEST_CASE("durations_are_said_in_units_that_a_person_reads") {
    using std::chrono::seconds;
    CHECK(shown_duration(seconds{0}) == "0 s");
    CHECK(shown_duration(seconds{59}) == "59 s");
    CHECK(shown_duration(seconds{60}) == "1 min 0 s");
    CHECK(shown_duration(seconds{192}) == "3 min 12 s");
    CHECK(shown_duration(seconds{7500}) == "2 h 5 min");
    CHECK(shown_duration(seconds{273'600}) == "3 d 4 h");
    CHECK(shown_duration(seconds{-5}) == "0 s");
}

TEST_CASE("status_has_headings_aligned_columns_and_says_what_is_wrong") {
    const auto statuses = json::parse(R"([
      {"server_id":"one","status":"running","pid":7,"protocol_version":"2026-07-28",
       "uptime_seconds":192,"restarts":0,"calls_in_flight":2,"last_error":null,"stderr_tail":["x"],
       "garbage_lines":1},
      {"server_id":"größer","status":"failed","pid":null,"protocol_version":null,
       "uptime_seconds":0,"restarts":12,"calls_in_flight":0,"last_error":"it ended",
       "retry_in_ms":1500,"stderr_tail":["1","2","3","4","5","6"],"garbage_lines":0}])");
    CHECK(status_table(statuses.as_array()) ==
          "SERVER  STATE    PID  PROTOCOL        UPTIME  RESTARTS  CALLS\n"
          "one     running    7  2026-07-28  3 min 12 s         0      2\n"
          "größer  failed     -  -                    -        12      0\n"
          "\n"
          "one: 1 line on stdout that was no message\n"
          "\n"
          "größer: it ended\n"
          "  next try in 2 s\n"
          "  | 2\n  | 3\n  | 4\n  | 5\n  | 6\n");
}

TEST_CASE("status_of_nothing_or_of_an_older_gateway_is_no_error") {
    CHECK(status_table({}) == "No servers are configured.\n");
    const auto sparse = json::parse(R"([{"server_id":"a","status":"stopped","restarts":"many"}])");
    CHECK(status_table(sparse.as_array()).find("a       stopped    -") != std::string::npos);
}

} // namespace
} // namespace mcpgw
