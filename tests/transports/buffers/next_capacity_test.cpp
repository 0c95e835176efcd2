// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/next_capacity.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>

using mcpgw::next_capacity;

namespace {
constexpr std::size_t kib = 1024;
}

TEST_CASE("all_the_memory_of_a_body_is_for_who_has_sent_the_first_of_it") {
    struct one_step {
        std::size_t come;
        std::size_t told;
        std::size_t memory;
    };
    constexpr std::size_t large = 8192 * kib;
    const one_step steps[] = {
        {0, 0, 0},
        {0, 1000, 1000},
        {0, 256 * kib, 256 * kib},
        {0, 256 * kib + 1, 256 * kib},
        {0, large, 256 * kib}, // announced, and nothing came
        {256 * kib, 256 * kib + 1, 256 * kib + 1},
        {256 * kib, large, large},
        {large, large, large},
    };
    for (const auto& [come, told, memory] : steps) {
        INFO(come << " of " << told);
        CHECK(next_capacity(come, told) == memory);
    }
}

TEST_CASE("the_memory_of_a_body_grows_in_a_few_steps_until_it_is_whole") {
    for (const std::size_t told : {std::size_t{1}, 100 * kib, 1000 * kib + 7, 16384 * kib}) {
        INFO(told);
        int steps = 0;
        for (std::size_t come = 0; come < told; ++steps) {
            const auto next = next_capacity(come, told);
            REQUIRE(next > come);
            come = next;
        }
        CHECK(steps <= 2);
    }
}
