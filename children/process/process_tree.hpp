// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// What /proc says about processes. Where a process is gone, or may not be looked at, there is
/// nothing; nothing here waits or fails.

/// One process, not the next one with its number.
struct process_identity {
    pid_t pid = 0;
    std::uint64_t started = 0; ///< in ticks since the system started

    friend bool operator==(const process_identity&, const process_identity&) = default;
};

struct process_facts {
    process_identity who;
    pid_t parent = 0;
    bool is_zombie = false;
};

/// pid 0: there is no such process.
process_facts read_process(pid_t pid);
std::vector<pid_t> all_processes();
std::vector<pid_t> children_of(pid_t parent);
/// All beneath it, not itself.
std::vector<process_identity> descendants_of(pid_t parent);

/// The value of a variable in the environment that the process was started with.
std::string started_with(pid_t pid, std::string_view variable);
/// Its first argument, which tells what of our own roles it plays.
std::string first_argument(pid_t pid);

/// SIGKILL, to this process or nobody: its number may have gone to another one meanwhile.
bool kill_process(const process_identity& who);

} // namespace mcpgw
