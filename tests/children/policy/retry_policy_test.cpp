// SPDX-License-Identifier: Apache-2.0
#include "children/policy/retry_policy.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;

TEST_CASE("only_calls_that_do_no_harm_twice_are_tried_again") {
    struct row {
        errc code;
        bool was_written, is_repeatable, expected;
    };
    const std::vector<row> rows{
        {errc::connection_lost, false, false, true}, // it never got there
        {errc::connection_lost, true, true, true},
        {errc::connection_lost, true, false, false}, // it may have been done
        {errc::call_timed_out, true, true, true},
        {errc::call_timed_out, true, false, false},
        {errc::server_busy, false, false, true},
        {errc::invalid_params, false, true, false}, // it would fail again
        {errc::circuit_open, false, true, false},
        {errc::call_cancelled, false, true, false}, // nobody wants it any more
    };
    for (const auto& r : rows) {
        failed_attempt failed;
        failed.code = r.code;
        failed.was_written = r.was_written;
        failed.is_repeatable = r.is_repeatable;
        CHECK(is_worth_a_retry(failed, {}) == r.expected);
    }
}

TEST_CASE("attempts_are_counted_in_all") {
    retry_options options;
    options.attempts = 3;
    failed_attempt failed;
    failed.code = errc::connection_lost;
    failed.was_written = false;
    std::vector<bool> again;
    for (failed.attempt = 1; failed.attempt <= 3; ++failed.attempt)
        again.push_back(is_worth_a_retry(failed, options));
    CHECK(again == std::vector<bool>{true, true, false});
    options.attempts = 1;
    failed.attempt = 1;
    CHECK_FALSE(is_worth_a_retry(failed, options));
}

// Each gateway has a generator of its own with a seed from the system (forwarder::random_), so that
// those that start together do not retry in step.
TEST_CASE("pauses_grow_up_to_their_maximum_and_a_share_of_them_is_random") {
    std::minstd_rand random{1};
    retry_options options;
    options.base = 100ms;
    options.factor = 3;
    options.max = 1s;
    options.jitter = 0;
    CHECK(retry_pause(1, options, random) == 100ms);
    CHECK(retry_pause(2, options, random) == 300ms);
    CHECK(retry_pause(3, options, random) == 900ms);
    CHECK(retry_pause(4, options, random) == 1s);
    CHECK(retry_pause(1000, options, random) == 1s);
    options.jitter = 0.5;
    auto least = 1000ms;
    auto most = 0ms;
    for (int i = 0; i < 1000; ++i) {
        const auto pause = retry_pause(1, options, random);
        least = std::min(least, pause);
        most = std::max(most, pause);
    }
    CHECK(least >= 50ms);
    CHECK(least < 55ms);
    CHECK(most > 95ms);
    CHECK(most <= 100ms);
}

TEST_CASE("retries_stay_a_share_of_all_calls") {
    retry_budget budget{0.2};
    std::size_t retried = 0;
    constexpr std::size_t calls = 1000;
    for (std::size_t i = 0; i < calls; ++i) {
        budget.on_call();
        if (budget.take()) ++retried; // every call fails
    }
    CHECK(retried >= 200);
    CHECK(retried <= 204); // and the few that the first calls of all may have
    retry_budget none{0};
    none.on_call();
    CHECK_FALSE(none.take());
}

TEST_CASE("a_quiet_day_saves_up_a_limited_number_of_retries") {
    retry_budget budget{1};
    for (int i = 0; i < 100'000; ++i) budget.on_call();
    std::size_t retried = 0;
    while (budget.take()) ++retried;
    CHECK(retried == 100);
}
