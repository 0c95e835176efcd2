#include "children/launcher.hpp"
#include "children/process_guard.hpp"
#include "server/cli.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string_view>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

/// Calls of some ten kilobytes would have their memory returned to the system and taken back, page
/// by page, for each of them: a fifth of their time. What is kept instead is bounded.
void keep_freed_memory() {
#ifdef __GLIBC__
    constexpr int kept_bytes_max = 16 << 20;
    constexpr int mapped_bytes_min = 32 << 20; // the most that glibc takes
    ::mallopt(M_TRIM_THRESHOLD, kept_bytes_max);
    ::mallopt(M_MMAP_THRESHOLD, mapped_bytes_min);
#endif
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::guard_argument)
        return mcpgw::run_process_guard();
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::launcher_argument)
        return mcpgw::run_launcher();
    keep_freed_memory();
    try {
        return mcpgw::run_cli(argc, argv);
    } catch (const std::exception& e) {
        fmt::print(stderr, "mcp-gateway: {}\n", e.what());
        return mcpgw::exit_failure;
    }
}
