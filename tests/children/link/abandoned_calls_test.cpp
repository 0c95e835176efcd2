// SPDX-License-Identifier: Apache-2.0
#include "children/link/abandoned_calls.hpp"

#include <catch2/catch_test_macros.hpp>

using mcpgw::abandoned_calls;
using owners = std::vector<mcpgw::owner_id>;

TEST_CASE("a_call_that_was_given_up_counts_until_its_time_is_over") {
    abandoned_calls calls;
    const abandoned_calls::time_point begin{};
    CHECK(calls.owners(begin).empty());
    calls.add(7, begin);
    calls.add(8, begin + std::chrono::seconds{1});
    const auto end = begin + abandoned_calls::time_max;
    CHECK(calls.owners(end - std::chrono::nanoseconds{1}) == owners{7, 8});
    CHECK(calls.owners(end) == owners{8});
    CHECK(calls.owners(end + std::chrono::seconds{1}).empty());
}

TEST_CASE("more_given_up_calls_than_are_remembered_forget_the_oldest") {
    abandoned_calls calls;
    const abandoned_calls::time_point now{};
    for (mcpgw::owner_id whose = 0; whose <= abandoned_calls::calls_max; ++whose)
        calls.add(whose, now);
    const auto list = calls.owners(now);
    CHECK(list.size() == abandoned_calls::calls_max);
    CHECK(list.front() == 1);
}
