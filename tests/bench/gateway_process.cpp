#include "tests/bench/gateway_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
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

constexpr std::chrono::seconds start_limit{30};
constexpr std::chrono::seconds stop_limit{20};

std::string make_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "mcpgw-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    return pattern;
}

/// The port in "http://127.0.0.1:PORT/mcp"; 0: it is not there yet.
std::uint16_t port_in(std::string_view log) {
    constexpr std::string_view beginning = "http://127.0.0.1:";
    const auto at = log.find(beginning);
    if (at == std::string_view::npos) return 0;
    const auto digits = log.substr(at + beginning.size());
    if (digits.find('/') == std::string_view::npos) return 0;
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
}

bool ends_within(pid_t pid, std::chrono::milliseconds limit) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return true;
    pollfd exit{descriptor, POLLIN, 0};
    const bool has_ended = ::poll(&exit, 1, static_cast<int>(limit.count())) == 1;
    ::close(descriptor);
    return has_ended;
}

} // namespace

void pause_for(std::chrono::milliseconds time) {
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

gateway_process::gateway_process(const std::string& binary, const std::string& config_json)
    : directory_(make_directory()) {
    const auto file = directory_ + "/gateway.json";
    std::ofstream(file) << config_json;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    log_ = ends[0];
    std::array<std::string, 4> words{binary, "serve", "--config", file};
    std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(),
                                   words[3].data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    const auto begun = clock_type::now();
    const int failed =
        ::posix_spawn(&pid_, binary.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) {
        pid_ = -1;
        throw std::runtime_error(fmt::format("{} cannot be started", binary));
    }
    read_log(begun);
    drain_ = std::thread{&gateway_process::drain_log, this};
}

void gateway_process::read_log(clock_type::time_point begun) {
    std::string log;
    std::array<char, 4096> buffer{};
    const auto deadline = begun + start_limit;
    while (port_ == 0) {
        pollfd input{log_, POLLIN, 0};
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_type::now());
        const int ready = ::poll(&input, 1, std::max(0, static_cast<int>(left.count())));
        const auto count = ready == 1 ? ::read(log_, buffer.data(), buffer.size()) : 0;
        if (count <= 0) {
            ::kill(pid_, SIGKILL);
            reap();
            throw std::runtime_error("the gateway did not come up:\n" + log);
        }
        log.append(buffer.data(), static_cast<std::size_t>(count));
        port_ = port_in(log);
    }
    start_time_ = std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - begun);
}

void gateway_process::drain_log() {
    constexpr int patience_ms = 100;
    std::array<char, 4096> buffer{};
    while (!is_over_) {
        pollfd input{log_, POLLIN, 0};
        if (::poll(&input, 1, patience_ms) != 1) continue;
        if (::read(log_, buffer.data(), buffer.size()) <= 0) return;
    }
}

void gateway_process::reap() {
    if (pid_ < 0) return;
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

bool gateway_process::stop() {
    if (pid_ < 0) return false;
    ::kill(pid_, SIGTERM);
    const bool is_in_time = ends_within(pid_, stop_limit);
    if (!is_in_time) ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return is_in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void gateway_process::kill() {
    ::kill(pid_, SIGKILL);
    reap();
}

gateway_process::~gateway_process() {
    stop();
    is_over_ = true;
    if (drain_.joinable()) drain_.join();
    ::close(log_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

} // namespace mcpgw::bench
