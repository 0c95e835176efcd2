// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/memory_reserve.hpp"

#include <catch2/catch_test_macros.hpp>

#include <new>

using mcpgw::memory_reserve;

TEST_CASE("allocation_that_fails_is_given_the_reserve_once") {
    memory_reserve kept;
    CHECK_FALSE(kept.refill()); // it is there
    const auto handler = std::get_new_handler();
    REQUIRE(handler != nullptr);
    CHECK_NOTHROW(handler()); // the allocation is tried again
    CHECK_THROWS_AS(handler(), std::bad_alloc);
    CHECK(kept.refill());
    CHECK_NOTHROW(handler());
}

TEST_CASE("reserve_ends_with_its_owner") {
    {
        const memory_reserve kept;
    }
    CHECK(std::get_new_handler() == nullptr);
}
