// SPDX-License-Identifier: Apache-2.0
#include "children/process/process_guard.hpp"
#include "children/sandbox/launcher.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"

#include <cerrno>
#include <csignal>
#include <exception>
#include <string_view>

#include <fcntl.h>

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

/// A descriptor that is closed when we start would be the first that we open: a client's
/// connection would get our log. (The launcher's socket has its own number, behind these.)
void open_standard_streams() {
    for (const int descriptor : {0, 1, 2})
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            ::open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY); // the lowest that is free
}

} // namespace

int main(int argc, char** argv) {
    open_standard_streams();
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::guard_argument)
        return mcpgw::run_process_guard();
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::launcher_argument)
        return mcpgw::run_launcher();
    keep_freed_memory();
    // What reads our output may end before us: an error of the write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mcpgw::finish_output(mcpgw::run_cli(argc, argv));
    } catch (const std::exception& e) {
        mcpgw::say("mcp-gateway: {}\n", e.what());
        return mcpgw::exit_failure;
    }
}
