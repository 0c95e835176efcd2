// SPDX-License-Identifier: Apache-2.0
// A scripted MCP server over stdio; see fake_flags.hpp and fake_server.hpp for what it can do.
#include "tests/fakes/fake_flags.hpp"
#include "tests/fakes/fake_server.hpp"
#include "tests/fakes/line_port.hpp"
#include "tests/fakes/surroundings.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

namespace {

constexpr unsigned lost_process_seconds = 120; // a process that a failed test left behind ends

/// A process that does nothing but hold our descriptors.
pid_t leave_grandchild(bool has_own_session) {
    // Whoever hears of it may end our group at once: it must have left it before.
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return 0;
    const pid_t pid = ::fork();
    if (pid != 0) {
        ::close(ends[1]);
        char nothing = 0;
        while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) {
        }
        ::close(ends[0]);
        return pid;
    }
    if (has_own_session) ::setsid();
    ::close(ends[0]);
    ::close(ends[1]);
    ::alarm(lost_process_seconds);
    for (;;) ::pause();
}

} // namespace

int main(int argc, char** argv) {
    using namespace mcpgw::fake;
    const fake_flags flags{argc, argv};
    pid_t grandchild = 0;
    if (flags.has("grandchild"))
        grandchild = leave_grandchild(flags.text("grandchild") == "setsid");
    if (flags.has("leave-group")) {
        grandchild = leave_grandchild(false);
        ::setpgid(0, ::getpgid(::getppid()));
    }
    const auto surroundings = describe_surroundings(argc, argv, grandchild);
    if (flags.has("ignore-sigterm")) std::signal(SIGTERM, SIG_IGN);

    line_port port{flags.has("bytes")};
    if (flags.has("say")) write_all(STDERR_FILENO, flags.text("say") + "\n");
    if (flags.has("exit-with")) std::_Exit(flags.number("exit-with", 0));
    if (flags.has("report")) port.write_line(surroundings);
    for (int i = flags.number("garbage-before", 0); i > 0; --i)
        port.write_line("Welcome to the fake server!");

    fake_server server{flags, port, surroundings};
    server.run();
    if (flags.has("ignore-eof")) {
        ::alarm(lost_process_seconds);
        for (;;) ::pause();
    }
    std::_Exit(0); // no leak check: a fake is not under test
}
