// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/launcher.hpp"

#include "children/sandbox/account.hpp"
#include "children/sandbox/confinement.hpp"
#include "children/sandbox/landlock.hpp"
#include "protocol/error.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr int exit_not_launched = 127; // as a shell that cannot run a command
constexpr std::size_t failure_bytes_max = 4096;
constexpr timeval orders_time{2, 0}; // for a launcher to read what the socket does not hold

std::optional<launch_orders> read_orders() {
    std::string bytes;
    std::array<char, 16'384> chunk{};
    for (;;) {
        const auto n = ::read(launcher_descriptor, chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 || bytes.size() > orders_bytes_max) return std::nullopt;
        if (n == 0) return decode_orders(bytes);
        bytes.append(chunk.data(), static_cast<std::size_t>(n));
    }
}

/// What was inherited and describes our user becomes what describes the child's.
void describe_user(launch_orders& orders, const account& who) {
    const std::array<std::pair<std::string_view, std::string_view>, 4> facts{
        {{"HOME", who.home}, {"LOGNAME", who.name}, {"SHELL", who.shell}, {"USER", who.name}}};
    auto& environment = orders.environment;
    for (const auto& [name, value] : facts) {
        if (std::ranges::find(orders.inherited, name) == orders.inherited.end()) continue;
        const auto prefix = fmt::format("{}=", name);
        std::erase_if(environment,
                      [&prefix](const std::string& entry) { return entry.starts_with(prefix); });
        if (!value.empty()) environment.push_back(prefix + std::string{value});
    }
}

/// Each step needs something that a later one takes away: names are looked up and paths opened with
/// all our rights, limits may be raised by root only, and Landlock comes last.
result<void> isolate(launch_orders& orders) {
    const auto& wanted = orders.isolation;
    std::optional<account> who;
    if (!wanted.user.empty() || !wanted.group.empty()) {
        auto found = find_account(wanted.user, wanted.group);
        if (found.has_error()) return found.error();
        who = std::move(*found);
        if (!wanted.user.empty()) describe_user(orders, *who);
    }
    if (wanted.umask) ::umask(*wanted.umask);
    std::optional<landlock_rules> rules;
    if (wanted.landlock) {
        auto made = landlock_rules::make(*wanted.landlock);
        if (made.has_error()) return made.error();
        rules.emplace(std::move(*made));
    }
    bool is_off_network = wanted.has_network;
    if (!is_off_network) {
        const auto left = leave_network_privileged();
        if (left.has_error()) return left.error();
        is_off_network = *left;
    }
    const bool is_root = (who ? who->uid : ::geteuid()) == 0;
    if (auto done = set_limits(wanted.limits, is_root); done.has_error()) return done;
    if (who)
        if (auto done = become(*who); done.has_error()) return done;
    if (!is_off_network)
        if (auto done = leave_network_unprivileged(); done.has_error()) return done;
    if (auto done = give_up_new_privileges(); done.has_error()) return done;
    if (rules)
        if (auto done = rules->enforce(); done.has_error()) return done;
    return end_with_parent(orders.gateway);
}

/// What else than the file itself may be the reason.
std::string_view hint_of(int error, const isolation_options& isolation) {
    if (error == EACCES && isolation.landlock)
        return "; `landlock.read` must hold the program, its interpreter and its libraries";
    if (error == EACCES && !isolation.user.empty()) return "; may `user` run it?";
    if (error == EAGAIN && isolation.limits.processes)
        return "; `rlimits.processes` counts all processes of that user";
    return "";
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (auto& s : strings) list.push_back(s.data());
    list.push_back(nullptr);
    return list;
}

/// Returns only if that is not possible.
fault launch() {
    auto orders = read_orders();
    if (!orders) return {errc::internal_error, "the orders to the launcher were not understood"};
    std::vector<std::string> arguments{orders->path};
    arguments.insert(arguments.end(), orders->args.begin(), orders->args.end());
    const auto argv = pointers(arguments);
    if (auto done = isolate(*orders); done.has_error()) return done.error();
    const auto environment = pointers(orders->environment);
    ::execve(orders->path.c_str(), argv.data(), environment.data());
    const int error = errno;
    return {errc::server_failed,
            fmt::format("cannot start '{}': {}{}", orders->path, std::strerror(error),
                        hint_of(error, orders->isolation))};
}

} // namespace

int run_launcher() {
    // The program that we become must not see it, and its end tells the gateway that we did.
    ::fcntl(launcher_descriptor, F_SETFD, FD_CLOEXEC);
    std::string failure;
    try {
        failure = launch().message();
    } catch (const std::exception& e) {
        failure = e.what(); // no memory: the limit is that low
    }
    ::send(launcher_descriptor, failure.data(), std::min(failure.size(), failure_bytes_max),
           MSG_NOSIGNAL);
    return exit_not_launched;
}

bool launch_channel::open() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    near_ = ends[0];
    far_ = ends[1];
    return true;
}

void launch_channel::send(const launch_orders& orders) {
    // Ours only while nobody else has it: its closing must be seen.
    ::close(std::exchange(far_, -1));
    // Whole as a rule; longer ones wait for the launcher, which reads before all else. One that
    // died is seen by its exit, and one that is held up refuses what it has got of them: all others
    // wait with us.
    ::setsockopt(near_, SOL_SOCKET, SO_SNDTIMEO, &orders_time, sizeof orders_time);
    const auto bytes = encode_orders(orders);
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto n = ::send(near_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ::shutdown(near_, SHUT_WR);
}

std::string launch_channel::take_failure() {
    if (near_ < 0) return {};
    std::array<char, failure_bytes_max> text{};
    const auto n = ::recv(near_, text.data(), text.size(), MSG_DONTWAIT);
    close();
    return n <= 0 ? std::string{} : sanitize_utf8({text.data(), static_cast<std::size_t>(n)});
}

void launch_channel::close() {
    if (near_ >= 0) ::close(std::exchange(near_, -1));
    if (far_ >= 0) ::close(std::exchange(far_, -1));
}

launch_channel::launch_channel(launch_channel&& other) noexcept
    : near_(std::exchange(other.near_, -1)), far_(std::exchange(other.far_, -1)) {}

launch_channel& launch_channel::operator=(launch_channel&& other) noexcept {
    close();
    near_ = std::exchange(other.near_, -1);
    far_ = std::exchange(other.far_, -1);
    return *this;
}

launch_channel::~launch_channel() {
    close();
}

} // namespace mcpgw
