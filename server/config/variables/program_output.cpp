// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/program_output.hpp"

#include "children/process/waited_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace mcpgw {

namespace {

using steady = std::chrono::steady_clock;

std::string reason(std::string_view what, int error) {
    return fmt::format("{}: {}", what, std::generic_category().message(error));
}

/// A descriptor that is closed however we leave.
class owned_fd {
public:
    owned_fd() = default;
    explicit owned_fd(int fd) : fd_(fd) {}
    ~owned_fd() { reset(); }
    owned_fd(const owned_fd&) = delete;
    owned_fd& operator=(const owned_fd&) = delete;
    void reset(int fd = -1) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_ = -1;
};

bool make_pipe(owned_fd& read_end, owned_fd& write_end) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

/// 0 or an errno.
int spawn(std::vector<std::string>& words, int out, int err, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigset_t all_signals;
    sigset_t no_signals;
    ::sigfillset(&all_signals);
    ::sigemptyset(&no_signals);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setsigdefault(&attributes, &all_signals);
    ::posix_spawnattr_setsigmask(&attributes, &no_signals);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/// What is there to be read now. False: there will be no more.
bool drain(int fd, std::string& into, std::size_t bytes_max) {
    std::array<char, 4096> part{};
    for (;;) {
        const auto count = ::read(fd, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        if (count == 0) return false;
        // One byte more than is allowed tells that it was too much.
        const auto room = bytes_max + 1 - std::min(into.size(), bytes_max + 1);
        into.append(part.data(), std::min(static_cast<std::size_t>(count), room));
        if (into.size() > bytes_max && room == 0) return false;
    }
}

/// A program that runs. Killed, if it still does.
class running_program {
public:
    running_program(std::vector<std::string>& words, int out, int err)
        : process_([&, this] {
            pid_t pid = -1;
            failed_ = spawn(words, out, err, pid);
            return failed_ == 0 ? pid : -1;
        }) {
        if (failed_ == 0)
            exit_.reset(static_cast<int>(::syscall(SYS_pidfd_open, process_.pid(), 0)));
    }
    ~running_program() {
        if (failed_ != 0 || has_ended_) return;
        ::kill(-process_.pid(), SIGKILL);
        wait();
    }
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;

    /// Why it did not start, an errno; 0: it did.
    [[nodiscard]] int failed() const { return failed_; }
    [[nodiscard]] int exit_fd() const { return exit_.get(); }
    /// Waits. Why it failed; empty: it did not.
    std::string end() {
        const int status = wait();
        if (status < 0) return "was waited for by somebody else";
        if (status == 0) return {};
        if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
        return fmt::format("failed with exit code {}", WEXITSTATUS(status));
    }

private:
    int wait() {
        int status = 0;
        pid_t outcome = 0;
        do outcome = ::waitpid(process_.pid(), &status, 0);
        while (outcome < 0 && errno == EINTR);
        has_ended_ = true;
        return outcome < 0 ? -1 : status;
    }

    int failed_ = 0;
    waited_process process_;
    owned_fd exit_;
    bool has_ended_ = false;
};

/// Reads until the program has ended (what it left in the background may keep the pipes), or a
/// limit is reached. Why it was given up; empty: it has ended.
std::string read_all(program_output& made, int out, int err, int ended,
                     const program_limits& limits) {
    const auto deadline = steady::now() + limits.time;
    std::array<pollfd, 3> fds{{{out, POLLIN, 0}, {err, POLLIN, 0}, {ended, POLLIN, 0}}};
    for (bool has_ended = false; !has_ended;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady::now());
        if (left.count() <= 0)
            return fmt::format("took longer than {} s",
                               std::chrono::duration<double>{limits.time}.count());
        if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
            return "could not be waited for";
        has_ended = fds[2].revents != 0;
        if (fds[0].fd >= 0 && !drain(out, made.out, limits.output_bytes_max)) fds[0].fd = -1;
        if (fds[1].fd >= 0 && !drain(err, made.err, limits.error_bytes_max)) {
            if (made.err.size() <= limits.error_bytes_max) fds[1].fd = -1;
        }
        if (made.out.size() > limits.output_bytes_max)
            return fmt::format("printed more than {} bytes", limits.output_bytes_max);
    }
    return {};
}

} // namespace

program_output run_program(std::vector<std::string> words, const program_limits& limits) {
    program_output made;
    owned_fd out_read;
    owned_fd out_write;
    owned_fd err_read;
    owned_fd err_write;
    if (!make_pipe(out_read, out_write) || !make_pipe(err_read, err_write)) {
        made.problem = reason("could not be started", errno);
        return made;
    }
    running_program program{words, out_write.get(), err_write.get()};
    if (program.failed() != 0) {
        made.problem = program.failed() == ENOENT
                           ? "is not installed, or not on PATH"
                           : reason("could not be started", program.failed());
        return made;
    }
    out_write.reset();
    err_write.reset();
    made.problem = program.exit_fd() < 0
                       ? "could not be waited for"
                       : read_all(made, out_read.get(), err_read.get(), program.exit_fd(), limits);
    if (made.problem.empty()) made.problem = program.end();
    made.err.resize(std::min(made.err.size(), limits.error_bytes_max));
    return made;
}

} // namespace mcpgw
