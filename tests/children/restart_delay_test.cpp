#include "children/restart_delay.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <set>

using namespace std::chrono_literals;
using mcpgw::restart_delay;

TEST_CASE("the_delay_doubles_with_each_failure_up_to_the_maximum_and_half_of_it_is_random") {
    for (unsigned seed = 0; seed < 50; ++seed) {
        restart_delay delay{200ms, 30s, seed};
        auto whole = 200ms;
        for (int failure = 0; failure < 100; ++failure) {
            const auto wait = delay.next();
            CHECK(wait >= whole / 2);
            CHECK(wait <= whole);
            whole = std::min<std::chrono::milliseconds>(whole * 2, 30s);
        }
    }
}

TEST_CASE("a_child_that_was_well_for_a_while_starts_again_with_the_shortest_delay") {
    restart_delay delay{200ms, 30s, 1};
    for (int i = 0; i < 10; ++i) delay.next();
    CHECK(delay.failures() == 10);
    delay.reset();
    CHECK(delay.failures() == 0);
    CHECK(delay.next() <= 200ms);
}

TEST_CASE("children_that_fail_together_do_not_come_back_in_step") {
    std::set<std::chrono::milliseconds> waits;
    std::mt19937 seeds{1};
    for (int i = 0; i < 20; ++i)
        waits.insert(restart_delay{10s, 60s, static_cast<unsigned>(seeds())}.next());
    CHECK(waits.size() > 10);
}

TEST_CASE("a_maximum_below_the_minimum_is_the_delay") {
    restart_delay delay{1h, 10ms, 1};
    CHECK(delay.next() <= 10ms);
    restart_delay none{0ms, 0ms, 1};
    CHECK(none.next() == 0ms);
}
