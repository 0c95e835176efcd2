// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace mcpgw::budget_test {

/// How often operator new was called by threads that count. This program replaces it.
extern std::atomic<std::uint64_t> allocations;
/// From now on this thread counts.
void count_allocations_here();

} // namespace mcpgw::budget_test
