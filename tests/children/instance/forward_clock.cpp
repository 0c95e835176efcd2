// SPDX-License-Identifier: Apache-2.0
#include "tests/support/forward_clock.hpp"

#include <atomic>
#include <cstdint>

#include <sys/syscall.h>
#include <time.h> // NOLINT(modernize-deprecated-headers): clock_gettime()
#include <unistd.h>

namespace {
constexpr std::int64_t nanoseconds_in_one = 1'000'000'000;
std::atomic<std::int64_t> ahead{0}; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
} // namespace

namespace mcpgw::child_test {

void put_clock_forward(std::chrono::steady_clock::duration time) {
    ahead += std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

} // namespace mcpgw::child_test

/// Instead of the C library's: std::chrono::steady_clock asks it.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const auto outcome = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    if (outcome != 0 || clock != CLOCK_MONOTONIC) return outcome;
    const auto all = now->tv_nsec + ahead.load();
    now->tv_sec += all / nanoseconds_in_one;
    now->tv_nsec = all % nanoseconds_in_one;
    return outcome;
}
