// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mcpgw::cli_test {

/// Far more than anything takes, on busy machines with sanitizers too; never waited out.
inline constexpr std::chrono::seconds patience{60};

/// Waits until the process is gone (or a zombie of somebody else's). False: it stays.
inline bool wait_until_gone(pid_t pid) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return errno == ESRCH;
    pollfd exit{fd, POLLIN, 0};
    const std::chrono::milliseconds limit = patience;
    const int ready = ::poll(&exit, 1, static_cast<int>(limit.count()));
    ::close(fd);
    return ready == 1;
}

/// The built binary, run as a user would, over pipes. Killed at the end of a test that failed.
class cli_process {
public:
    /// `variables`: more of the environment, "NAME=value".
    explicit cli_process(std::vector<std::string> args, std::vector<std::string> variables = {}) {
        args.insert(args.begin(), MCPGW_BINARY);
        for (char** entry = ::environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
        std::array<std::array<int, 2>, 3> pipes{};
        for (auto& ends : pipes) REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, pipes[0][0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, pipes[2][1], STDERR_FILENO);
        auto argv = pointers(args);
        auto envp = pointers(variables);
        const int failed =
            ::posix_spawn(&pid_, MCPGW_BINARY, &actions, nullptr, argv.data(), envp.data());
        ::posix_spawn_file_actions_destroy(&actions);
        for (const int end : {pipes[0][0], pipes[1][1], pipes[2][1]}) ::close(end);
        in_ = pipes[0][1];
        out_ = {pipes[1][0], {}};
        err_ = {pipes[2][0], {}};
        for (const int end : {out_.fd, err_.fd}) ::fcntl(end, F_SETFL, O_NONBLOCK);
        REQUIRE(failed == 0);
        std::signal(SIGPIPE, SIG_IGN); // the program may end before it has read everything
    }
    ~cli_process() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (const int fd : {in_, out_.fd, err_.fd})
            if (fd >= 0) ::close(fd);
    }
    cli_process(const cli_process&) = delete;
    cli_process& operator=(const cli_process&) = delete;

    void write(std::string_view text) const {
        while (!text.empty()) {
            const auto count = ::write(in_, text.data(), text.size());
            if (count < 0) return; // it has ended; the test sees that elsewhere
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void close_input() { ::close(std::exchange(in_, -1)); }
    void kill(int signal) const { REQUIRE(::kill(pid_, signal) == 0); }
    [[nodiscard]] pid_t pid() const { return pid_; }

    /// The next line of stdout, without its newline. REQUIREs that there is one.
    std::string read_line() {
        std::size_t end = 0;
        read_while([&] { return (end = out_.text.find('\n')) == std::string::npos; });
        INFO("stdout: " << out_.text << "\nstderr: " << err_.text);
        REQUIRE(end != std::string::npos);
        std::string line = out_.text.substr(0, end);
        out_.text.erase(0, end + 1);
        return line;
    }
    /// Reads until stderr has `part`; REQUIREs that it comes. Returns all of stderr so far.
    const std::string& wait_for_error_text(std::string_view part) {
        read_while([&] { return err_.text.find(part) == std::string::npos; });
        INFO("stderr: " << err_.text);
        REQUIRE(err_.text.find(part) != std::string::npos);
        return err_.text;
    }
    /// Reads everything and waits for the end. The exit code, or 128 + the signal.
    int wait() {
        read_while([] { return true; });
        INFO("stdout: " << out_.text << "\nstderr: " << err_.text);
        REQUIRE(wait_until_gone(pid_));
        int status = 0;
        REQUIRE(::waitpid(pid_, &status, 0) == pid_);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    /// What was read and not taken.
    [[nodiscard]] const std::string& out() const { return out_.text; }
    [[nodiscard]] const std::string& err() const { return err_.text; }

private:
    struct stream {
        int fd = -1;
        std::string text;
        bool has_ended = false;
    };

    static std::vector<char*> pointers(std::vector<std::string>& list) {
        std::vector<char*> raw;
        for (auto& text : list) raw.push_back(text.data());
        raw.push_back(nullptr);
        return raw;
    }

    static void drain(stream& from) {
        std::array<char, 65536> bytes{};
        for (;;) {
            const auto count = ::read(from.fd, bytes.data(), bytes.size());
            if (count < 0) return;
            if (count == 0) {
                from.has_ended = true;
                return;
            }
            from.text.append(bytes.data(), static_cast<std::size_t>(count));
        }
    }

    /// Until the condition ends, both streams end, or time is up.
    template <class Condition>
    void read_while(Condition is_wanting) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (is_wanting() && !(out_.has_ended && err_.has_ended)) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            if (left.count() <= 0) return;
            std::array<pollfd, 2> polled{pollfd{out_.has_ended ? -1 : out_.fd, POLLIN, 0},
                                         pollfd{err_.has_ended ? -1 : err_.fd, POLLIN, 0}};
            ::poll(polled.data(), polled.size(), static_cast<int>(left.count()));
            if (polled[0].revents != 0) drain(out_);
            if (polled[1].revents != 0) drain(err_);
        }
    }

    pid_t pid_ = -1;
    int in_ = -1;
    stream out_, err_;
};

struct cli_result {
    int exit_code = -1;
    std::string out, err;
};

/// One command from start to end, with `input` on stdin.
inline cli_result run_command(std::vector<std::string> args, std::string_view input = {},
                              std::vector<std::string> variables = {}) {
    cli_process process{std::move(args), std::move(variables)};
    process.write(input);
    process.close_input();
    cli_result result;
    result.exit_code = process.wait();
    result.out = process.out();
    result.err = process.err();
    return result;
}

inline bool contains(std::string_view text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string_view::npos;
}

} // namespace mcpgw::cli_test
