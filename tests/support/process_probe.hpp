// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mcpgw::child_test {

/// Sees the end of a process that need not be ours; opened while it lives.
class process_probe {
public:
    explicit process_probe(pid_t pid)
        : pid_(pid), descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
        INFO("process " << pid);
        REQUIRE(descriptor_ >= 0);
    }
    ~process_probe() { ::close(descriptor_); }
    process_probe(const process_probe&) = delete;
    process_probe& operator=(const process_probe&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Whether it has ended, or ends within `limit`.
    [[nodiscard]] bool has_ended(std::chrono::milliseconds limit = std::chrono::milliseconds{
                                     0}) const {
        pollfd entry{descriptor_, POLLIN, 0};
        return ::poll(&entry, 1, static_cast<int>(limit.count())) == 1;
    }

private:
    pid_t pid_;
    int descriptor_;
};

inline constexpr std::chrono::seconds long_enough{30};

/// How many descriptors this program has open.
inline std::ptrdiff_t count_descriptors() {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

/// Whether this program has no child: none lives, and none has ended without being reaped.
inline bool has_no_children() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

} // namespace mcpgw::child_test
