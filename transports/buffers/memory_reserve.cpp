// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/memory_reserve.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace mcpgw {

namespace {

constexpr std::size_t reserve_bytes = 1U << 20U; // a large page of its own, which goes back at once

// Whatever thread finds no memory takes it.
std::atomic<void*> reserve{nullptr}; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// What `operator new` calls, to try again (C++20, [new.handler]).
void give_up_reserve() {
    void* const held = reserve.exchange(nullptr);
    if (held == nullptr) throw std::bad_alloc{};
    std::free(held);
}

} // namespace

memory_reserve::memory_reserve() {
    refill();
    std::set_new_handler(give_up_reserve);
}

memory_reserve::~memory_reserve() {
    std::set_new_handler(nullptr);
    std::free(reserve.exchange(nullptr));
}

bool memory_reserve::refill() {
    if (reserve.load() != nullptr) return false;
    reserve.store(std::malloc(reserve_bytes));
    return reserve.load() != nullptr;
}

} // namespace mcpgw
