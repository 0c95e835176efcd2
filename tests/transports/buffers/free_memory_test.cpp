// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/free_memory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using mcpgw::free_memory;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_own_allocator = true;
#else
constexpr bool has_own_allocator = false;
#endif

} // namespace

TEST_CASE("memory_that_lies_idle_goes_back_when_nothing_happens") {
    if (has_own_allocator) SKIP("the allocator is not glibc's");
    free_memory heap;
    CHECK_FALSE(heap.look());
    CHECK_FALSE(heap.look());
#ifdef __GLIBC__
    // What glibc would give back by itself stays here, as in the gateway under load.
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    constexpr std::size_t block_bytes = 1U << 20U;
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < 2 * free_memory::idle_bytes_max / block_bytes; ++i) {
        blocks.push_back(std::malloc(block_bytes));
        std::memset(blocks.back(), 1, block_bytes);
    }
    CHECK_FALSE(heap.look()); // in use
    for (auto* const block : blocks) std::free(block);
    CHECK_FALSE(heap.look()); // idle, but much has changed since the look before
    CHECK(heap.look());
    CHECK_FALSE(heap.look());
    CHECK_FALSE(heap.look()); // it is gone
#endif
}
