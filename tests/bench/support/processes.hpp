// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mcpgw::bench {

/// What /proc tells of processes.

struct process_entry {
    pid_t pid = 0;
    pid_t parent = 0;
    char state = '?';
    std::uint64_t started = 0; ///< since boot; with the pid it names one process for good
};

/// Everything that was started by `root`, directly or not; zombies too.
std::vector<process_entry> descendants_of(pid_t root);
/// The servers that a gateway has started itself: without its guard, and without zombies.
std::vector<process_entry> servers_of(pid_t gateway);
/// Not gone, and no zombie.
bool is_running(pid_t pid);
/// Those of `list` that still run.
std::size_t count_alive(const std::vector<process_entry>& list);
/// SIGKILL to those of `list` that still run.
void kill_all(const std::vector<process_entry>& list);
std::size_t count_zombies(const std::vector<process_entry>& list);

std::size_t count_descriptors(pid_t pid);
long resident_kib(pid_t pid);
/// The most that it ever had.
long resident_peak_kib(pid_t pid);
/// Time on the processor of all its threads that live.
std::chrono::nanoseconds processor_time(pid_t pid);
/// Arguments with blanks between them; empty: it is gone.
std::string command_line_of(pid_t pid);

} // namespace mcpgw::bench
