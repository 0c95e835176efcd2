// SPDX-License-Identifier: Apache-2.0
#include "tests/budget/allocation_count.hpp"

#include <cstdlib>
#include <new>

namespace mcpgw::budget_test {

std::atomic<std::uint64_t> allocations{0};

namespace {
thread_local bool is_counting = false;
}

void count_allocations_here() {
    is_counting = true;
}

namespace {

void* allocate(std::size_t bytes) {
    if (is_counting) allocations.fetch_add(1, std::memory_order_relaxed);
    auto* const place = std::malloc(bytes == 0 ? 1 : bytes);
    if (place == nullptr) throw std::bad_alloc{};
    return place;
}

} // namespace

} // namespace mcpgw::budget_test

void* operator new(std::size_t bytes) {
    return mcpgw::budget_test::allocate(bytes);
}
void* operator new[](std::size_t bytes) {
    return mcpgw::budget_test::allocate(bytes);
}
void operator delete(void* place) noexcept {
    std::free(place);
}
void operator delete[](void* place) noexcept {
    std::free(place);
}
void operator delete(void* place, std::size_t) noexcept {
    std::free(place);
}
void operator delete[](void* place, std::size_t) noexcept {
    std::free(place);
}
