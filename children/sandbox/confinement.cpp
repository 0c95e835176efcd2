// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/confinement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mcpgw {

namespace {

fault problem(std::string_view key, int error, std::string_view what, std::string_view remedy) {
    return {errc::server_failed,
            fmt::format("`{}`: {}: {}; {}", key, what, std::strerror(error), remedy)};
}

bool has_capability(unsigned number) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
    return (sets[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number)) != 0;
}

/// Whether our ids are those of the machine: root of another user namespace is a user like any.
bool is_in_first_user_namespace() {
    std::array<char, 64> text{};
    const int file = ::open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (file < 0) return true;
    const auto length = ::read(file, text.data(), text.size());
    ::close(file);
    if (length <= 0) return true;
    const std::string_view map{text.data(), static_cast<std::size_t>(length)};
    return map.find("4294967295") != std::string_view::npos;
}

result<void> set_limit(const limit_kind& kind, rlim_t value) {
    const auto resource = static_cast<__rlimit_resource_t>(kind.resource);
    rlimit now{};
    ::getrlimit(resource, &now);
    rlimit wanted{value, value};
    // SIGXCPU comes first, and tells more than the SIGKILL that follows.
    if (resource == RLIMIT_CPU && value < now.rlim_max) wanted.rlim_max = value + 1;
    if (::setrlimit(resource, &wanted) == 0) return {};
    const auto key = fmt::format("rlimits.{}", kind.key);
    if (errno != EPERM || value <= now.rlim_max)
        return problem(key, errno, fmt::format("{} cannot be set", value), "choose another value");
    return fault{
        errc::server_failed,
        fmt::format("`{}`: {} is more than the gateway may give: its own hard limit is {}; "
                    "choose less, or raise that (ulimit -H, or Limit...= of its service)",
                    key, value, now.rlim_max)};
}

/// The only interface of a new network is down at first.
result<void> raise_loopback() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
    bool is_done = socket >= 0 && ::ioctl(socket, SIOCGIFFLAGS, &request) == 0;
    if (is_done) {
        request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
        is_done = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
    }
    const int error = errno;
    if (socket >= 0) ::close(socket);
    if (is_done) return {};
    return problem("network", error, "the loopback of the child's own network cannot be brought up",
                   "the system restricts what may be done in a user namespace; run the gateway as "
                   "root (CAP_SYS_ADMIN, CAP_NET_ADMIN), allow it, or leave `network` out");
}

bool write_file(const char* path, std::string_view text) {
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool is_written = ::write(file, text.data(), text.size()) >= 0;
    const int error = errno;
    ::close(file);
    errno = error;
    return is_written;
}

} // namespace

result<void> set_limits(const resource_limits& limits, bool is_root) {
    if (limits.processes && is_root && is_in_first_user_namespace())
        return fault{errc::server_failed,
                     "`rlimits.processes`: the kernel does not limit the processes of root; set "
                     "`user` as well, or leave it out"};
    for (const auto& kind : limit_kinds()) {
        const auto value = limits.*kind.value;
        if (!value) continue;
        if (auto done = set_limit(kind, *value); done.has_error()) return done;
    }
    return {};
}

result<bool> leave_network_privileged() {
    if (::unshare(CLONE_NEWNET) != 0) {
        if (errno == EPERM) return false;
        return problem("network", errno, "the child cannot get a network of its own",
                       "this kernel does not offer it; leave `network` out");
    }
    if (auto raised = raise_loopback(); raised.has_error()) return raised.error();
    return true;
}

result<void> leave_network_unprivileged() {
    constexpr std::string_view remedy =
        "the system does not let this user make namespaces; run the gateway as root "
        "(CAP_SYS_ADMIN), allow user namespaces, or leave `network` out";
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return problem("network", errno, "the child cannot get a network of its own", remedy);
    // After a change of ids our files below /proc belong to root until the next exec.
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    // user_namespaces(7): without privilege, setgroups has to be denied before groups are mapped.
    const bool is_mapped = write_file("/proc/self/setgroups", "deny") &&
                           write_file("/proc/self/uid_map", fmt::format("{0} {0} 1", user)) &&
                           write_file("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
    const int error = errno;
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // until then nobody reads the orders in our memory
    if (!is_mapped)
        return problem("network", error, "the child's user namespace cannot be set up", remedy);
    return raise_loopback();
}

result<void> become(const account& who) {
    constexpr std::string_view remedy =
        "run the gateway as root (CAP_SETUID, CAP_SETGID and CAP_KILL), or leave it out";
    const bool is_other_user = who.uid != ::geteuid() || who.uid != ::getuid();
    const bool is_other_group = who.gid != ::getegid() || who.gid != ::getgid();
    // Whoever cannot end the child again must not start it.
    if (is_other_user && !has_capability(CAP_KILL))
        return problem("user", EPERM, "the gateway could not stop a process of another user",
                       remedy);
    const std::string_view key = is_other_user ? "user" : "group";
    const bool is_refused = ::setgroups(who.groups.size(), who.groups.data()) != 0;
    if (is_refused && (is_other_user || is_other_group))
        return problem(key, errno, "the child's groups cannot be set", remedy);
    if (is_other_group && ::setresgid(who.gid, who.gid, who.gid) != 0)
        return problem(key, errno, fmt::format("the child cannot get the group {}", who.gid),
                       remedy);
    if (!is_other_user) return {};
    // It may open its standard streams by name (/dev/stderr), which asks for their owner.
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        [[maybe_unused]] const int ignored = ::fchown(stream, who.uid, who.gid);
    if (::setresuid(who.uid, who.uid, who.uid) != 0)
        return problem(key, errno, fmt::format("the child cannot become user {}", who.uid), remedy);
    return {};
}

result<void> give_up_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return {};
    return fault{errc::server_failed,
                 fmt::format("no_new_privs cannot be set: {}", std::strerror(errno))};
}

result<void> end_with_parent(pid_t parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return fault{errc::server_failed,
                     fmt::format("no signal can be had for the end of the gateway: {}",
                                 std::strerror(errno))};
    // It may have ended before we asked.
    if (::getppid() != parent) ::raise(SIGKILL);
    return {};
}

} // namespace mcpgw
