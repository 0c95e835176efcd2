// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/free_memory.hpp"

#include <cstdio>
#include <utility>

#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace mcpgw {

namespace {

// As much as changes without any call: timers, log lines, sessions that expire.
constexpr std::size_t quiet_bytes = 1U << 20U;

#ifdef __GLIBC__
std::size_t resident_bytes() {
    std::size_t whole = 0;
    std::size_t resident = 0;
    auto* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    const bool is_read = std::fscanf(file, "%zu %zu", &whole, &resident) == 2;
    std::fclose(file);
    return is_read ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}
#endif

} // namespace

bool free_memory::look() {
#ifdef __GLIBC__
    const auto heap = ::mallinfo2();
    const auto in_use = heap.uordblks + heap.hblkhd;
    const auto change = in_use > in_use_before_ ? in_use - in_use_before_ : in_use_before_ - in_use;
    in_use_before_ = in_use;
    const bool is_idle = resident_bytes() > in_use + idle_bytes_max;
    const bool was_idle = std::exchange(was_idle_, is_idle);
    if (!is_idle || !was_idle || change > quiet_bytes) return false;
    ::malloc_trim(0);
    was_idle_ = false;
    return true;
#else
    return false;
#endif
}

} // namespace mcpgw
