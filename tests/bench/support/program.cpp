// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/program.hpp"

#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace mcpgw::bench {

namespace {

constexpr std::chrono::seconds stop_limit{20};

/// Closed when it goes.
struct pipe_ends {
    int reading = -1;
    int writing = -1;

    pipe_ends() = default;
    explicit pipe_ends(bool is_wanted) {
        std::array<int, 2> ends{};
        if (!is_wanted) return;
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        reading = ends[0];
        writing = ends[1];
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        if (reading >= 0) ::close(reading);
        if (writing >= 0) ::close(writing);
    }
};

/// What posix_spawn() takes for a list of texts.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (auto& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

bool ends_within(pid_t pid, std::chrono::milliseconds limit) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return true;
    pollfd exit{descriptor, POLLIN, 0};
    const bool has_ended = ::poll(&exit, 1, static_cast<int>(limit.count())) == 1;
    ::close(descriptor);
    return has_ended;
}

void close_one(int& descriptor) {
    if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

} // namespace

void pause_for(std::chrono::milliseconds time) {
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

std::string said_by(const std::vector<std::string>& command) {
    constexpr int patience_ms = 5000;
    program_options options;
    options.command = command;
    options.has_pipes = true;
    const program asked{options};
    std::array<pollfd, 2> sides{pollfd{asked.output(), POLLIN, 0},
                                pollfd{asked.errors(), POLLIN, 0}};
    std::string said;
    while (said.find('\n') == std::string::npos) {
        if (::poll(sides.data(), sides.size(), patience_ms) <= 0) break;
        std::array<char, 256> buffer{};
        for (auto& side : sides) {
            if (side.revents == 0) continue;
            const auto count = ::read(side.fd, buffer.data(), buffer.size());
            if (count > 0)
                said.append(buffer.data(), static_cast<std::size_t>(count));
            else
                side.fd = -1; // poll() passes over it
        }
        if (sides[0].fd < 0 && sides[1].fd < 0) break;
    }
    return said.substr(0, said.find('\n'));
}

program::program(const program_options& options) {
    pipe_ends to_it(options.has_pipes);
    pipe_ends from_it(options.has_pipes);
    pipe_ends errors(options.log.empty());
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto connect = [&](int mine, int its, const char* file, int flags) {
        if (mine >= 0)
            ::posix_spawn_file_actions_adddup2(&actions, mine, its);
        else
            ::posix_spawn_file_actions_addopen(&actions, its, file, flags, 0600);
    };
    connect(to_it.reading, STDIN_FILENO, "/dev/null", O_RDONLY);
    connect(from_it.writing, STDOUT_FILENO, "/dev/null", O_WRONLY);
    connect(errors.writing, STDERR_FILENO, options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND);
    auto words = options.command;
    auto variables = options.environment;
    auto environment = pointers_to(variables);
    environment.pop_back();
    for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
    environment.push_back(nullptr);
    const int failed = ::posix_spawnp(&pid_, words.front().c_str(), &actions, nullptr,
                                      pointers_to(words).data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        pid_ = -1;
        throw std::runtime_error(fmt::format("{} cannot be started", words.front()));
    }
    input_ = std::exchange(to_it.writing, -1);
    output_ = std::exchange(from_it.reading, -1);
    errors_ = std::exchange(errors.reading, -1);
}

void program::end_input() {
    close_one(input_);
}

void program::suspend() const {
    if (pid_ >= 0) ::kill(pid_, SIGSTOP);
}

void program::resume() const {
    if (pid_ >= 0) ::kill(pid_, SIGCONT);
}

bool program::stop() {
    if (pid_ < 0) return false;
    const auto started = descendants_of(pid_);
    ::kill(pid_, SIGTERM);
    resume(); // or it would not see that
    const bool is_in_time = ends_within(pid_, stop_limit);
    if (!is_in_time) ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    kill_all(started);
    return is_in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void program::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

program::~program() {
    stop();
    close_one(input_);
    close_one(output_);
    close_one(errors_);
}

} // namespace mcpgw::bench
