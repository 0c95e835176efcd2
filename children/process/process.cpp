// SPDX-License-Identifier: Apache-2.0
#include "children/process/process.hpp"

#include "children/process/process_guard.hpp"
#include "children/process/program_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes kill_wait{
    1}; // after SIGKILL: only an uninterruptible sleep is longer
constexpr int unknown_exit_code = -1;
constexpr int send_bytes = 512 * 1024; // under way to a reader: fewer wake-ups for large messages

/// Both ends of one of the child's streams; closes what was not taken.
struct stream_ends {
    int read_end = -1;
    int write_end = -1;

    stream_ends() = default;
    stream_ends(const stream_ends&) = delete;
    stream_ends& operator=(const stream_ends&) = delete;
    ~stream_ends() {
        if (read_end >= 0) ::close(read_end);
        if (write_end >= 0) ::close(write_end);
    }
    bool open_pipe() {
        std::array<int, 2> ends{};
        return take_in(::pipe2(ends.data(), O_CLOEXEC), ends);
    }
    /// What goes through a pipe costs the kernel a page for each 4 KiB of it.
    bool open_sockets() {
        std::array<int, 2> ends{};
        if (!take_in(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), ends))
            return false;
        // The system gives as much of it as it allows.
        ::setsockopt(write_end, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
        return true;
    }

private:
    bool take_in(int outcome, const std::array<int, 2>& ends) {
        if (outcome != 0) return false;
        read_end = ends[0];
        write_end = ends[1];
        return true;
    }
};

/// posix_spawn's attribute objects, freed however we leave.
struct spawn_settings {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

    spawn_settings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (auto& s : strings) list.push_back(s.data());
    list.push_back(nullptr);
    return list;
}

/// `channel`: the launcher's end of its socket; negative: there is no launcher.
void prepare(spawn_settings& settings, const launch_options& options, int in, int out, int err,
             int channel) {
    auto* const actions = &settings.actions;
    if (!options.cwd.empty()) posix_spawn_file_actions_addchdir_np(actions, options.cwd.c_str());
    posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, err, STDERR_FILENO);
    const bool has_launcher = channel >= 0;
    if (has_launcher) posix_spawn_file_actions_adddup2(actions, channel, launcher_descriptor);
    // Asio opens sockets without CLOEXEC; a child that keeps our listening socket or a client's
    // connection would keep them open after we closed them.
    posix_spawn_file_actions_addclosefrom_np(
        actions, (has_launcher ? launcher_descriptor : STDERR_FILENO) + 1);

    sigset_t all_signals;
    sigset_t no_signals;
    sigfillset(&all_signals);
    sigemptyset(&no_signals);
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    posix_spawnattr_setsigdefault(&settings.attributes, &all_signals);
    posix_spawnattr_setsigmask(&settings.attributes, &no_signals);
}

/// With the mark by which what it starts is found; not that of a gateway whose child we are.
std::vector<std::string> marked_environment(const launch_options& options,
                                            const std::string& mark) {
    auto environment = options.environment;
    if (mark.empty()) return environment;
    const auto prefix = fmt::format("{}=", process_guard::mark_name);
    std::erase_if(environment,
                  [&prefix](const std::string& entry) { return entry.starts_with(prefix); });
    environment.push_back(mark);
    return environment;
}

/// As waitid() for one process, whatever signals come meanwhile.
int wait_for(id_t id, siginfo_t& info, int what) {
    int outcome = -1;
    do outcome = ::waitid(P_PID, id, &info, what);
    while (outcome != 0 && errno == EINTR);
    return outcome;
}

struct descriptor_owner {
    int descriptor = -1;

    explicit descriptor_owner(int d) : descriptor(d) {}
    descriptor_owner(const descriptor_owner&) = delete;
    descriptor_owner& operator=(const descriptor_owner&) = delete;
    ~descriptor_owner() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

/// Our end of a stream of the child. Errors: errno, and the end stays where it is.
bool adopt(stream_descriptor& stream, int& end) {
    boost::system::error_code ec;
    stream.assign(end, ec);
    if (ec) {
        errno = ec.value();
        return false;
    }
    end = -1;
    return true;
}

fault launch_fault(const launch_options& options, int error) {
    std::string detail = fmt::format("cannot start '{}': {}", options.path, std::strerror(error));
    const auto advice = advice_on_program(options.path, error);
    if (!advice.empty())
        detail += fmt::format(" ({})", advice);
    else if (error == ENOENT && !options.cwd.empty())
        detail += fmt::format(" (is the working directory '{}' right?)", options.cwd);
    return {errc::server_failed, std::move(detail)};
}

/// The program itself with its arguments and environment, or the launcher with none of them.
result<pid_t> spawn(const launch_options& options, std::vector<std::string> environment,
                    spawn_settings& settings, bool has_launcher) {
    std::vector<std::string> arguments{has_launcher ? "mcp-gateway" : options.path};
    if (has_launcher) {
        arguments.emplace_back(launcher_argument);
        environment.clear();
    } else {
        arguments.insert(arguments.end(), options.args.begin(), options.args.end());
    }
    const auto& program = has_launcher ? options.launcher : options.path;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), &settings.actions, &settings.attributes,
                                    pointers(arguments).data(), pointers(environment).data());
    if (error != 0) return launch_fault(options, error);
    return pid;
}

} // namespace

std::string exit_status::str() const {
    if (!was_signalled) return fmt::format("exited with code {}", code);
    return fmt::format("was ended by signal {} ({})", code, ::strsignal(code));
}

result<std::unique_ptr<process>> process::launch(executor ex, const launch_options& options,
                                                 process_guard* guard) {
    stream_ends in;
    stream_ends out;
    stream_ends err;
    const bool are_open = in.open_sockets() && out.open_sockets() && err.open_pipe();
    if (!are_open) return launch_fault(options, errno);

    const bool has_launcher = !options.isolation.is_empty();
    launch_channel channel;
    if (has_launcher && !channel.open()) return launch_fault(options, errno);

    // Before there is a process: what fails here leaves nothing to end.
    std::unique_ptr<process> made{new process{ex, guard}};
    const bool are_taken = adopt(made->stdin_, in.write_end) &&
                           adopt(made->stdout_, out.read_end) && adopt(made->stderr_, err.read_end);
    if (!are_taken) return launch_fault(options, errno);
    boost::system::error_code ignored;
    made->stdin_.non_blocking(true, ignored); // for write_now()

    spawn_settings settings;
    prepare(settings, options, in.read_end, out.write_end, err.write_end, channel.launcher_end());
    const auto mark = guard != nullptr ? guard->next_mark() : std::string{};
    const auto environment = marked_environment(options, mark);
    const auto spawned = spawn(options, environment, settings, has_launcher);
    if (spawned.has_error()) return spawned.error();
    made->pid_ = *spawned; // whatever fails now ends it

    descriptor_owner pidfd{static_cast<int>(::syscall(SYS_pidfd_open, made->pid_, 0))};
    if (pidfd.descriptor < 0 || !adopt(made->pidfd_, pidfd.descriptor))
        return launch_fault(options, errno);
    if (guard != nullptr) guard->add(made->pid_, mark);
    if (has_launcher)
        channel.send({::getpid(), options.isolation, options.path, options.args, environment,
                      options.inherited});
    made->channel_ = std::move(channel);
    return made;
}

process::process(executor ex, process_guard* guard)
    : pidfd_(ex), stdin_(ex), stdout_(ex), stderr_(ex), guard_(guard), ended_(ex) {}

process::~process() {
    if (pid_ < 0) return;
    if (!exit_) {
        signal_group(SIGKILL);
        siginfo_t info{};
        wait_for(static_cast<id_t>(pid_), info, WEXITED);
    }
    if (guard_ != nullptr) guard_->remove(pid_);
}

void process::reap() {
    siginfo_t info{};
    const auto id = static_cast<id_t>(pid_);
    if (wait_for(id, info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        // Reaped by the system (SIGCHLD is ignored): it has ended, and nobody knows how.
        if (errno == ECHILD) on_exit(exit_status{false, unknown_exit_code});
        return;
    }
    if (info.si_pid == 0) return;
    // Grandchildren that are left end with their leader. Before the leader is reaped: as long as
    // it is a zombie, nobody else can get its number.
    ::kill(-pid_, SIGKILL);
    wait_for(id, info, WEXITED | WNOHANG);
    on_exit(exit_status{info.si_code != CLD_EXITED, info.si_status});
}

void process::on_exit(exit_status status) {
    exit_ = status;
    launch_failure_ = channel_.take_failure();
    // From now on the number may belong to somebody else.
    if (guard_ != nullptr) std::exchange(guard_, nullptr)->remove(pid_);
    for (const auto& each : std::exchange(beneath_, {})) kill_process(each);
}

/// As long as it lives: what has left its group is found by who started it, mark or not.
void process::note_descendants() {
    if (exit_ || guard_ == nullptr) return;
    for (const auto& each : descendants_of(pid_))
        if (std::ranges::find(beneath_, each) == beneath_.end() &&
            first_argument(each.pid) != guard_argument)
            beneath_.push_back(each);
}

task<exit_status> process::wait_exit() {
    while (!exit_) {
        const auto [ec] = co_await pidfd_.async_wait(stream_descriptor::wait_read, nothrow);
        reap();
        if (ec && !exit_) break; // the loop is being torn down; the destructor ends the process
    }
    ended_.notify();
    co_return exit_.value_or(exit_status{true, SIGKILL});
}

void process::close_stdin() {
    boost::system::error_code ignored;
    stdin_.close(ignored);
}

void process::signal_group(int signal_number) {
    if (exit_) return; // the number may belong to somebody else by now
    signal_sent_ = signal_number;
    const bool has_group = ::kill(-pid_, signal_number) == 0;
    // A process that left its own group is still ours, even if others are left in it.
    if (!has_group || signal_number == SIGKILL) ::kill(pid_, signal_number);
}

task<bool> process::wait_ended(std::chrono::milliseconds grace) {
    const auto deadline = clock_type::now() + grace;
    while (!exit_) {
        const bool was_notified = co_await ended_.wait_until(deadline);
        if (!was_notified) break;
    }
    co_return exit_.has_value();
}

task<> process::stop(std::chrono::milliseconds grace) {
    note_descendants();
    close_stdin();
    bool has_ended = co_await wait_ended(grace);
    if (!has_ended) {
        note_descendants();
        signal_group(SIGTERM);
        has_ended = co_await wait_ended(grace);
    }
    if (has_ended) co_return;
    note_descendants();
    signal_group(SIGKILL);
    co_await wait_ended(kill_wait);
}

std::string find_program(const std::string& command, const std::string& path_list,
                         const std::string& cwd) {
    namespace fs = std::filesystem;
    const auto is_program = [](const fs::path& candidate) {
        std::error_code ec;
        return fs::is_regular_file(candidate, ec) && ::access(candidate.c_str(), X_OK) == 0;
    };
    // The new process changes its directory before it looks for the program.
    const auto absolute = [](const fs::path& found) {
        std::error_code ec;
        const auto path = fs::absolute(found, ec);
        return ec ? found.string() : path.string();
    };
    if (command.find('/') != std::string::npos) {
        const fs::path path = cwd.empty() ? fs::path{command} : fs::path{cwd} / command;
        return is_program(path) ? absolute(path) : std::string{};
    }
    for (std::size_t begin = 0; begin <= path_list.size();) {
        const auto end = std::min(path_list.find(':', begin), path_list.size());
        const auto directory = path_list.substr(begin, end - begin);
        const fs::path candidate = fs::path{directory.empty() ? "." : directory} / command;
        if (is_program(candidate)) return absolute(candidate);
        begin = end + 1;
    }
    return {};
}

} // namespace mcpgw
