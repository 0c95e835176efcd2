// SPDX-License-Identifier: Apache-2.0
#include "children/policy/circuit_breaker.hpp"

#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <random>
#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

const circuit_breaker::time_point start{std::chrono::hours{1}};

circuit_breaker make(std::size_t threshold, double rate = 0, std::size_t window = 20) {
    breaker_options options;
    options.threshold = threshold;
    options.failure_rate = rate;
    options.window = window;
    options.timeout = 60s;
    return circuit_breaker{options};
}

void fail_once(circuit_breaker& breaker, circuit_breaker::time_point now) {
    const auto pass = breaker.admit(now);
    REQUIRE(pass.has_value());
    breaker.fail(*pass, now);
}

void succeed_once(circuit_breaker& breaker, circuit_breaker::time_point now) {
    const auto pass = breaker.admit(now);
    REQUIRE(pass.has_value());
    breaker.succeed(*pass);
}

} // namespace

TEST_CASE("a_breaker_opens_after_failures_in_a_row_and_refuses_until_its_time_is_over") {
    auto breaker = make(3);
    fail_once(breaker, start);
    fail_once(breaker, start);
    succeed_once(breaker, start); // breaks the row
    fail_once(breaker, start);
    fail_once(breaker, start);
    CHECK(breaker.state(start) == breaker_state::closed);
    fail_once(breaker, start);
    CHECK(breaker.state(start) == breaker_state::open);
    CHECK_FALSE(breaker.admit(start + 59'999ms).has_value());
    CHECK(breaker.retry_in(start + 59'999ms) == 1ms);
    CHECK(breaker.retry_in(start + 60s) == 0ms);
    CHECK(breaker.state(start + 60s) == breaker_state::half_open);
}

TEST_CASE("a_half_open_breaker_lets_one_trial_through_which_decides") {
    for (const bool is_well : {true, false}) {
        auto breaker = make(1);
        fail_once(breaker, start);
        const auto later = start + 60s;
        const auto trial = breaker.admit(later);
        REQUIRE(trial.has_value());
        CHECK(trial->is_trial);
        CHECK_FALSE(breaker.admit(later).has_value());
        if (is_well) {
            breaker.succeed(*trial);
            CHECK(breaker.state(later) == breaker_state::closed);
            CHECK(breaker.failures_in_row() == 0);
            CHECK(breaker.admit(later).has_value());
        } else {
            breaker.fail(*trial, later);
            CHECK(breaker.state(later) == breaker_state::open);
            CHECK(breaker.retry_in(later) == 60s);
        }
    }
}

TEST_CASE("a_trial_whose_client_left_makes_room_for_another") {
    auto breaker = make(1);
    fail_once(breaker, start);
    const auto later = start + 60s;
    const auto trial = breaker.admit(later);
    REQUIRE(trial.has_value());
    breaker.abandon(*trial);
    CHECK(breaker.admit(later).has_value());
}

TEST_CASE("outcomes_of_calls_from_before_decide_nothing") {
    auto breaker = make(2);
    const auto slow_good = breaker.admit(start);
    const auto slow_bad = breaker.admit(start);
    fail_once(breaker, start);
    fail_once(breaker, start);
    REQUIRE(breaker.state(start) == breaker_state::open);
    breaker.succeed(*slow_good);
    CHECK(breaker.state(start) == breaker_state::open);
    succeed_once(breaker, start + 60s); // the trial
    breaker.fail(*slow_bad, start + 60s);
    CHECK(breaker.failures_in_row() == 0);
}

TEST_CASE("a_server_that_came_back_gets_its_trial_at_once") {
    auto breaker = make(1);
    breaker.recover(); // closed: nothing to do
    CHECK(breaker.state(start) == breaker_state::closed);
    fail_once(breaker, start);
    breaker.recover();
    CHECK(breaker.state(start) == breaker_state::half_open);
    const auto trial = breaker.admit(start);
    REQUIRE(trial.has_value());
    CHECK(trial->is_trial);
}

TEST_CASE("a_failure_rate_opens_a_breaker_that_never_fails_in_a_row") {
    auto breaker = make(100, 0.5, 10);
    for (int i = 0; i < 4; ++i) {
        fail_once(breaker, start);
        succeed_once(breaker, start);
    }
    CHECK(breaker.state(start) == breaker_state::closed); // 4 of 8: too few to judge
    succeed_once(breaker, start);
    fail_once(breaker, start);
    CHECK(breaker.state(start) == breaker_state::open);
}

TEST_CASE("a_threshold_of_zero_means_no_breaker") {
    auto breaker = make(0);
    for (int i = 0; i < 1000; ++i) fail_once(breaker, start);
    CHECK(breaker.state(start) == breaker_state::closed);
}

TEST_CASE("random_schedules_agree_with_a_simple_model") {
    // The model: counts failures in a row of the calls admitted since it last opened or closed.
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random{seed};
        auto breaker = make(3);
        auto now = start;
        std::size_t row = 0;
        std::optional<circuit_breaker::time_point> open_until;
        std::optional<std::size_t> trial; // index of the running trial
        struct running {
            circuit_breaker::pass pass;
            bool counts;
        };
        std::deque<running> calls;
        const auto forget_running = [&] {
            for (auto& call : calls) call.counts = false;
        };
        for (int step = 0; step < 300; ++step) {
            now += std::chrono::milliseconds{random() % 20'000};
            if (random() % 2 == 0 || calls.empty()) {
                const bool is_trial_running = trial.has_value();
                const bool expected = !open_until || (now >= *open_until && !is_trial_running);
                const auto pass = breaker.admit(now);
                REQUIRE(pass.has_value() == expected);
                if (!pass) continue;
                REQUIRE(pass->is_trial == open_until.has_value());
                if (pass->is_trial) trial = 0;
                calls.push_back({*pass, true});
                continue;
            }
            const auto call = calls.front();
            calls.pop_front();
            const auto outcome = random() % 3;
            if (outcome == 0) breaker.succeed(call.pass);
            if (outcome == 1) breaker.fail(call.pass, now);
            if (outcome == 2) breaker.abandon(call.pass);
            if (!call.counts) continue;
            if (call.pass.is_trial) trial.reset();
            if (outcome == 0) {
                row = 0;
                if (call.pass.is_trial) {
                    open_until.reset();
                    forget_running();
                }
            } else if (outcome == 1 && (++row >= 3 || call.pass.is_trial)) {
                open_until = now + 60s;
                forget_running();
            }
            const auto state = !open_until         ? breaker_state::closed
                               : now < *open_until ? breaker_state::open
                                                   : breaker_state::half_open;
            REQUIRE(breaker.state(now) == state);
        }
    }
}
