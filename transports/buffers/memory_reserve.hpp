// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mcpgw {

/// Some memory that is kept for the moment when the system has none: the allocation that fails then
/// gets it, and those after it, so that what is under way is ended in order and not torn off in the
/// middle. One that asks for more than there is fails as ever. For the whole program, which has one
/// `operator new`; owned by the application.
class memory_reserve {
public:
    memory_reserve();
    ~memory_reserve();
    memory_reserve(const memory_reserve&) = delete;
    memory_reserve& operator=(const memory_reserve&) = delete;

    /// Puts back what was taken, if the system has memory again. True: it had been taken.
    bool refill();
};

} // namespace mcpgw
