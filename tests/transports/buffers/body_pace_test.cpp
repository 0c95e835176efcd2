// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/body_pace.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <vector>

using mcpgw::body_pace;
using namespace std::chrono_literals;

TEST_CASE("a_body_has_its_time_and_after_the_grace_its_rate") {
    const body_pace::clock::time_point begun{std::chrono::hours{1}};
    struct row {
        std::chrono::milliseconds time;
        std::size_t rate;
        std::size_t received;
        std::chrono::milliseconds expected;
    };
    const std::vector<row> rows{
        {30s, 0, 0, 30s},
        {30s, 0, 1'000'000'000, 30s}, // no rate: only the time counts
        {30s, 500, 0, 10s},           // who sends nothing has the grace
        {30s, 500, 500, 11s},
        {30s, 500, 5'000, 20s},
        {30s, 500, 10'000, 30s},
        {30s, 500, 10'000'000, 30s},
        {5s, 500, 0, 5s}, // a time shorter than the grace
        {5s, 500, 10'000'000, 5s},
        {30s, 1, std::numeric_limits<std::size_t>::max(), 30s}, // no overflow
        {86'400'000ms, 1, 86'000'000, 86'010'000'000ms > 86'400'000ms ? 86'400'000ms : 0ms},
        {30s, std::numeric_limits<std::size_t>::max(), 1'000'000, 10s},
        {0ms, 500, 0, 0ms},
    };
    for (const auto& each : rows) {
        INFO(each.time.count() << " ms, " << each.rate << " B/s, " << each.received << " came");
        const body_pace pace{begun, each.time, each.rate};
        CHECK((pace.deadline(each.received) == begun + each.expected));
    }
}
