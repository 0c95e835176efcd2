#pragma once

#include <string>

#include <sys/types.h>

namespace mcpgw {

/// Ends our children if we are killed without a chance to do it ourselves (SIGKILL, out of memory).
///
/// A tiny second process of our own binary holds the read end of a pipe and a list of process
/// groups. When the pipe closes, because we are gone, it kills the groups that are left. A
/// parent-death signal would reach only the direct child, not what `npx` started, and
/// posix_spawn cannot set one.
///
/// Owned by the application, outlives every process. Losing the guard is not fatal: children still
/// see the end of their stdin.
class process_guard {
public:
    /// Starts the guard: `own_binary` is run with the single argument `guard_argument`.
    explicit process_guard(const std::string& own_binary);
    ~process_guard();
    process_guard(const process_guard&) = delete;
    process_guard& operator=(const process_guard&) = delete;

    [[nodiscard]] bool is_running() const { return pipe_ >= 0; }
    void add(pid_t group);
    void remove(pid_t group);

private:
    void send(char sign, pid_t group);

    int pipe_ = -1;
    pid_t pid_ = -1;
};

/// The hidden command line argument that makes our binary the guard.
inline constexpr const char* guard_argument = "--process-guard";

/// What the guard process does; returns its exit code.
int run_process_guard();

} // namespace mcpgw
