// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mcpgw {

/// Gives memory back to the system that was needed once, for a flood of large messages, and lies
/// idle in the heap: the allocator does so only at the end of it. Asked now and then by whoever
/// owns it; acts at a quiet time, because the next calls would have to take the pages again.
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
