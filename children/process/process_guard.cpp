// SPDX-License-Identifier: Apache-2.0
#include "children/process/process_guard.hpp"

#include "children/process/waited_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <set>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr int rounds_max = 50; // of looking for what is left; what is killed may have just forked
constexpr int round_pause_ms = 2;
constexpr std::size_t unsent_max = 1024 * 1024; // of lines to a guard that was stopped
// Lines to the guard.
constexpr char token_sign = '=';
constexpr char add_sign = '+';
constexpr char remove_sign = '-';
constexpr char done_sign = '.'; ///< nothing is left, there is nothing to look for

void pause_a_moment() {
    ::poll(nullptr, 0, round_pause_ms);
}

/// Not to be guessed or met by chance; no secret.
std::string make_token() {
    const auto self = read_process(::getpid());
    return fmt::format("{}-{}", self.who.pid, self.who.started);
}

} // namespace

process_guard::process_guard(const std::string& own_binary) : token_(make_token()) {
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
        ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
    } else {
        ::close(ends[1]);
        pid_ = -1;
    }
    ::close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    send(fmt::format("{}{}\n", token_sign, token_));
}

process_guard::~process_guard() {
    if (takes_in_orphans_) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    if (pipe_ < 0) return;
    if (has_ended_all_) send(fmt::format("{}\n", done_sign));
    for (int round = 0; round < rounds_max && pipe_ >= 0 && !unsent_.empty(); ++round) {
        pause_a_moment();
        send_unsent();
    }
    if (pipe_ >= 0) ::close(pipe_);
    ::waitpid(pid_, nullptr, 0); // it ends as soon as it sees the end of the pipe
}

std::string process_guard::next_mark() {
    return fmt::format("{}={}.{}", mark_name, token_, ++marks_);
}

void process_guard::add(pid_t group, const std::string& mark) {
    running_[group] = mark.substr(std::min(mark.size(), mark_name.size() + 1));
    send(fmt::format("{}{}\n", add_sign, group));
}

void process_guard::remove(pid_t group) {
    running_.erase(group);
    send(fmt::format("{}{}\n", remove_sign, group));
    if (takes_in_orphans_) end_strays();
}

/// SIGPIPE is ignored by the application. Nobody waits for a guard that does not read: what it has
/// not taken is sent with the next line.
void process_guard::send(const std::string& line) {
    if (pipe_ < 0) return;
    if (unsent_.size() + line.size() <= unsent_max) unsent_ += line;
    send_unsent();
}

void process_guard::send_unsent() {
    while (!unsent_.empty()) {
        const ssize_t written = ::write(pipe_, unsent_.data(), unsent_.size());
        if (written >= 0) {
            unsent_.erase(0, static_cast<std::size_t>(written));
        } else if (errno == EPIPE) { // a guard that somebody killed is not worth stopping for
            ::close(std::exchange(pipe_, -1));
            ::waitpid(pid_, nullptr, WNOHANG);
            return;
        } else if (errno != EINTR) {
            return; // the pipe stays: with its end the guard would kill every child
        }
    }
}

void process_guard::take_in_orphans() {
    for (const auto pid : children_of(::getpid()))
        if (pid != pid_) spared_.push_back(read_process(pid).who);
    takes_in_orphans_ = ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 || ::getpid() == 1;
}

bool process_guard::is_ours(pid_t pid) const {
    return pid == pid_ || running_.contains(pid);
}

bool process_guard::has_ended(const std::string& mark) const {
    if (!mark.starts_with(token_ + '.')) return false;
    return std::ranges::none_of(running_,
                                [&mark](const auto& entry) { return entry.second == mark; });
}

void process_guard::end_strays() {
    end_strays(false);
}

void process_guard::end_all_strays() {
    for (int round = 0; round < rounds_max; ++round) {
        if (!end_strays(true)) break;
        pause_a_moment();
    }
    has_ended_all_ = true;
}

bool process_guard::end_strays(bool of_all) {
    if (!takes_in_orphans_) return false;
    bool is_one_left = false;
    for (const auto pid : children_of(::getpid())) {
        if (is_ours(pid) || waited_process::is_one(pid)) continue;
        const auto facts = read_process(pid);
        const bool is_spared = std::ranges::find(spared_, facts.who) != spared_.end();
        if (facts.who.pid == 0 || facts.parent != ::getpid()) continue;
        if (facts.is_zombie) {
            siginfo_t info{};
            ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG);
            continue;
        }
        // The guard of a gateway that was our child has its own work to end.
        if (is_spared || first_argument(pid) == guard_argument) continue;
        if (!of_all && !has_ended(started_with(pid, mark_name))) continue;
        is_one_left = true;
        // Those beneath it become our children when it ends, but may have no mark of their own.
        const auto beneath = descendants_of(pid);
        kill_process(facts.who);
        for (const auto& each : beneath)
            if (first_argument(each.pid) != guard_argument) kill_process(each);
    }
    return is_one_left;
}

namespace {

/// What the guard knows.
struct watched {
    std::string token;
    std::set<pid_t> groups;
    bool is_done = false;

    void take_line(std::string_view line) {
        if (line.empty()) return;
        const auto rest = line.substr(1);
        if (line[0] == token_sign) token = rest;
        if (line[0] == done_sign) is_done = true;
        pid_t group = 0;
        std::from_chars(rest.data(), rest.data() + rest.size(), group);
        if (group > 1 && line[0] == add_sign) groups.insert(group);
        if (group > 1 && line[0] == remove_sign) groups.erase(group);
    }
    /// Whether any was found.
    [[nodiscard]] bool end_marked() const {
        bool is_found = false;
        for (const auto pid : all_processes()) {
            if (pid == ::getpid()) continue;
            const auto facts = read_process(pid);
            const auto mark = started_with(pid, process_guard::mark_name);
            if (facts.is_zombie || !mark.starts_with(token + '.')) continue;
            is_found |= kill_process(facts.who);
        }
        return is_found;
    }
};

} // namespace

int run_process_guard() {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        ::signal(signal_number, SIG_IGN);
    watched ours;
    std::string pending;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        pending.append(buffer.data(), static_cast<std::size_t>(n));
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            ours.take_line(std::string_view{pending.data(), end});
            pending.erase(0, end + 1);
        }
    }
    // What is beneath them is found before they end, and their children lose their parents.
    std::vector<process_identity> beneath;
    for (const pid_t group : ours.groups)
        for (const auto& each : descendants_of(group)) beneath.push_back(each);
    for (const pid_t group : ours.groups) ::kill(-group, SIGKILL);
    for (const auto& each : beneath)
        if (first_argument(each.pid) != guard_argument) kill_process(each);
    if (ours.is_done || ours.token.empty()) return 0;
    for (int round = 0; round < rounds_max && ours.end_marked(); ++round) pause_a_moment();
    return 0;
}

} // namespace mcpgw
