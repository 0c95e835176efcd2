#include "children/process_guard.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <csignal>
#include <set>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mcpgw {

process_guard::process_guard(const std::string& own_binary) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    // It must not keep our own stdout open: an editor waits for its end.
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // Its own group: Ctrl-C in a terminal goes to ours, and the guard must survive us.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);

    std::string name = "mcp-gateway";
    std::string argument = guard_argument;
    std::array<char*, 3> args{name.data(), argument.data(), nullptr};
    std::array<char*, 1> no_environment{nullptr};
    if (::posix_spawn(&pid_, own_binary.c_str(), &actions, &attributes, args.data(),
                      no_environment.data()) == 0) {
        pipe_ = ends[1];
    } else {
        ::close(ends[1]);
        pid_ = -1;
    }
    ::close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
}

process_guard::~process_guard() {
    if (pipe_ < 0) return;
    ::close(pipe_);
    ::waitpid(pid_, nullptr, 0); // it ends as soon as it sees the end of the pipe
}

void process_guard::add(pid_t group) {
    send('+', group);
}
void process_guard::remove(pid_t group) {
    send('-', group);
}

void process_guard::send(char sign, pid_t group) {
    if (pipe_ < 0) return;
    const std::string line = fmt::format("{}{}\n", sign, group);
    // Far below PIPE_BUF, so it is written whole. SIGPIPE is ignored by the application; a guard
    // that somebody killed is not worth stopping for.
    const ssize_t written = ::write(pipe_, line.data(), line.size());
    if (written < 0) {
        ::close(pipe_);
        ::waitpid(pid_, nullptr, WNOHANG);
        pipe_ = -1;
    }
}

int run_process_guard() {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        ::signal(signal_number, SIG_IGN);
    std::set<pid_t> groups;
    std::string pending;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        pending.append(buffer.data(), static_cast<std::size_t>(n));
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            const std::string_view line{pending.data(), end};
            pid_t group = 0;
            if (line.size() > 1) std::from_chars(line.data() + 1, line.data() + line.size(), group);
            if (group > 1 && line[0] == '+') groups.insert(group);
            if (group > 1 && line[0] == '-') groups.erase(group);
            pending.erase(0, end + 1);
        }
    }
    for (const pid_t group : groups) ::kill(-group, SIGKILL);
    return 0;
}

} // namespace mcpgw
