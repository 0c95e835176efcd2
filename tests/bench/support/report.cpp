#include "tests/bench/support/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

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

long memory_mib() {
    return ::sysconf(_SC_PHYS_PAGES) / 1024 * ::sysconf(_SC_PAGESIZE) / 1024;
}

} // namespace

void report::add(std::string what, std::string target, std::string measured, bool is_met) {
    misses_ += is_met ? 0 : 1;
    rows_.push_back(
        {std::move(what), std::move(target), std::move(measured), is_met ? "met" : "MISSED"});
}

void report::note(std::string what, std::string measured) {
    rows_.push_back({std::move(what), "-", std::move(measured), ""});
}

void report::print(std::string_view binary) const {
    fmt::print("\n{}, {} cores, {} MiB; {}; compiler {}\n{}, version {}\n\n", processor(),
               ::sysconf(_SC_NPROCESSORS_ONLN), memory_mib(), system_name(), __VERSION__, binary,
               MCPGW_VERSION);
    std::size_t what = 4;
    std::size_t target = 6;
    std::size_t measured = 8;
    for (const auto& r : rows_) {
        what = std::max(what, r.what.size());
        target = std::max(target, r.target.size());
        measured = std::max(measured, r.measured.size());
    }
    const auto line = [&](const row& r) {
        fmt::print("| {:<{}} | {:<{}} | {:<{}} | {:<7} |\n", r.what, what, r.target, target,
                   r.measured, measured, r.verdict);
    };
    line({"what", "target", "measured", "verdict"});
    fmt::print("|{:-<{}}|{:-<{}}|{:-<{}}|---------|\n", "", what + 2, "", target + 2, "",
               measured + 2);
    for (const auto& r : rows_) line(r);
    fmt::print("\n{}\n", is_good() ? "All targets are met." : "Targets were missed.");
}

} // namespace mcpgw::bench
