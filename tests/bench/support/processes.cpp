// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace mcpgw::bench {

namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::optional<process_entry> entry_of(pid_t pid) {
    const auto text = read_file(fmt::format("/proc/{}/stat", pid));
    const auto name_end = text.rfind(')'); // the name may hold blanks
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(text.substr(name_end + 2));
    process_entry made;
    made.pid = pid;
    fields >> made.state >> made.parent;
    constexpr int between = 17; // pgrp to itrealvalue (proc(5), /proc/pid/stat)
    std::string skipped;
    for (int i = 0; i < between; ++i) fields >> skipped;
    fields >> made.started;
    return made;
}

std::vector<process_entry> all_processes() {
    std::vector<process_entry> list;
    std::error_code ec;
    for (fs::directory_iterator it{"/proc", ec}, end; it != end; it.increment(ec)) {
        const auto name = it->path().filename().string();
        if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
        if (const auto entry = entry_of(static_cast<pid_t>(std::stol(name))))
            list.push_back(*entry);
    }
    return list;
}

bool is_alive(const process_entry& one) {
    const auto now = entry_of(one.pid);
    return now && now->started == one.started && now->state != 'Z' && now->state != 'X';
}

} // namespace

std::vector<process_entry> descendants_of(pid_t root) {
    const auto all = all_processes();
    std::vector<process_entry> found;
    std::vector<pid_t> parents{root};
    while (!parents.empty()) {
        std::vector<pid_t> next;
        for (const auto& one : all)
            if (std::ranges::find(parents, one.parent) != parents.end()) {
                found.push_back(one);
                next.push_back(one.pid);
            }
        parents = std::move(next);
    }
    return found;
}

std::vector<process_entry> servers_of(pid_t gateway) {
    auto list = descendants_of(gateway);
    std::erase_if(list, [gateway](const process_entry& one) {
        if (one.parent != gateway || one.state == 'Z') return true;
        const auto line = command_line_of(one.pid);
        return line.empty() || line.find("--process-guard") != std::string::npos;
    });
    return list;
}

bool is_running(pid_t pid) {
    const auto now = entry_of(pid);
    return now && now->state != 'Z' && now->state != 'X';
}

std::size_t count_alive(const std::vector<process_entry>& list) {
    return static_cast<std::size_t>(std::ranges::count_if(list, is_alive));
}

void kill_all(const std::vector<process_entry>& list) {
    for (const auto& one : list)
        if (is_alive(one)) ::kill(one.pid, SIGKILL);
}

std::size_t count_zombies(const std::vector<process_entry>& list) {
    return static_cast<std::size_t>(std::ranges::count(list, 'Z', &process_entry::state));
}

std::size_t count_descriptors(pid_t pid) {
    std::error_code ec;
    const fs::directory_iterator list{fmt::format("/proc/{}/fd", pid), ec};
    if (ec) return 0;
    return static_cast<std::size_t>(std::distance(begin(list), end(list)));
}

long resident_kib(pid_t pid) {
    std::istringstream fields(read_file(fmt::format("/proc/{}/statm", pid)));
    long size = 0;
    long resident = 0;
    fields >> size >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

long resident_peak_kib(pid_t pid) {
    constexpr std::string_view key = "VmHWM:";
    const auto text = read_file(fmt::format("/proc/{}/status", pid));
    const auto at = text.find(key);
    return at == std::string::npos ? 0 : std::stol(text.substr(at + key.size()));
}

std::chrono::nanoseconds processor_time(pid_t pid) {
    std::int64_t sum = 0;
    std::error_code ec;
    const auto tasks = fmt::format("/proc/{}/task", pid);
    for (fs::directory_iterator it{tasks, ec}, end; !ec && it != end; it.increment(ec)) {
        const auto text = read_file(it->path().string() + "/schedstat");
        std::int64_t nanoseconds = 0;
        std::from_chars(text.data(), text.data() + text.size(), nanoseconds);
        sum += nanoseconds;
    }
    return std::chrono::nanoseconds{sum};
}

std::string command_line_of(pid_t pid) {
    auto text = read_file(fmt::format("/proc/{}/cmdline", pid));
    std::ranges::replace(text, '\0', ' ');
    return text;
}

} // namespace mcpgw::bench
