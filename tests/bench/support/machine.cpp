// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

std::string system_name() {
    utsname name{};
    if (::uname(&name) != 0) return "unknown system";
    return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

/// Seconds that all processors have worked for anybody.
double busy_seconds() {
    std::ifstream file("/proc/stat");
    std::string name;
    double user = 0;
    double nice = 0;
    double system = 0;
    file >> name >> user >> nice >> system;
    return (user + nice + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Of this process, and of those that it has started and that have ended.
double own_seconds() {
    double sum = 0;
    for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        ::getrusage(who, &used);
        sum += seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    }
    return sum;
}

} // namespace

other_work::other_work()
    : begun_(std::chrono::steady_clock::now()), busy_(busy_seconds() - own_seconds()) {}

double other_work::share() const {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begun_;
    const auto all = time.count() * static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    return std::clamp((busy_seconds() - own_seconds() - busy_) / all, 0.0, 1.0);
}

machine this_machine() {
    return {processor(), ::sysconf(_SC_NPROCESSORS_ONLN),
            ::sysconf(_SC_PHYS_PAGES) / 1024 * ::sysconf(_SC_PAGESIZE) / 1024, system_name(),
#ifdef __clang__
            "clang " __clang_version__
#else
            "g++ " __VERSION__
#endif
    };
}

} // namespace mcpgw::bench
