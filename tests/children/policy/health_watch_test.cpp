// SPDX-License-Identifier: Apache-2.0
#include "children/policy/health_watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

const health_watch::time_point start{std::chrono::hours{1}};
const health_options options{30s, 5s, 3};

} // namespace

TEST_CASE("an_instance_is_asked_after_an_interval_of_silence") {
    health_watch watch{options, start};
    CHECK(watch.due() == start + 30s);
    CHECK(watch.look(start + 30s, false));
    watch.on_sign(start + 31s);
    CHECK(watch.due() == start + 61s);
    CHECK_FALSE(watch.look(start + 61s, true));
    CHECK(watch.due() == start + 91s);
}

TEST_CASE("an_instance_at_work_is_never_asked") {
    health_watch watch{options, start};
    for (auto now = start; now < start + 1h; now = watch.due())
        CHECK_FALSE(watch.look(watch.due(), true));
    CHECK(watch.misses() == 0);
}

TEST_CASE("misses_in_a_row_make_it_unhealthy_and_any_sign_makes_it_well_again") {
    health_watch watch{options, start};
    auto now = watch.due();
    for (std::size_t missed = 1; missed <= 3; ++missed) {
        REQUIRE(watch.look(now, false));
        now += 5s;
        watch.on_miss(now);
        CHECK(watch.misses() == missed);
        CHECK(watch.is_unhealthy() == (missed == 3));
        CHECK(watch.due() == (missed == 3 ? now + 30s : now)); // no hurry when it is known
    }
    CHECK_FALSE(watch.look(now + 30s, true));
    CHECK_FALSE(watch.is_unhealthy());
    CHECK(watch.misses() == 0);
}

TEST_CASE("a_hung_instance_is_found_in_bounded_time_whatever_came_before") {
    constexpr auto bound = 2 * 30s + 3 * 5s; // two looks, and the answers that do not come
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random{seed};
        health_watch watch{options, start};
        auto now = start;
        const auto hung_at = start + std::chrono::milliseconds{random() % 600'000};
        auto last_words = start;
        while (!watch.is_unhealthy()) {
            const auto looked_at = now;
            now = std::max(now, watch.due());
            if (now < hung_at && random() % 2 == 0) last_words = now;
            if (!watch.look(now, last_words > looked_at)) continue;
            if (now < hung_at) {
                watch.on_sign(now);
            } else {
                now += 5s;
                watch.on_miss(now);
            }
            REQUIRE(now - hung_at <= bound);
        }
        CHECK(now > hung_at);
    }
}
