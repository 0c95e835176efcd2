#include "tests/bench/support/machine.hpp"

#include <fmt/format.h>

#include <fstream>

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

} // namespace

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
