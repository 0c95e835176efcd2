// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mcpgw {

/// Gives memory back to the system that a flood of large messages needed once and that now lies
/// idle within the heap; the allocator itself trims only the heap's end. Its owner asks now and
/// then. It acts at a quiet time, because the next calls would have to take the pages again.
class free_memory {
public:
    /// Resident beyond what is in use, from which on it is worth it.
    static constexpr std::size_t idle_bytes_max = 64U << 20U;

    /// Looks, and gives back what two looks in a row found idle while nothing happened in between.
    /// True: it did.
    bool look();

private:
    std::size_t in_use_before_ = 0;
    bool was_idle_ = false;
};

} // namespace mcpgw
