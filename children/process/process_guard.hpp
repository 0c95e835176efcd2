// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/process/process_tree.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// Sees to it that nothing of what our children started stays when they, or we, have ended: not
/// what left their process group either (`setsid`, daemons, browsers).
///
/// - Each child is started with a mark in its environment, which what it starts inherits.
/// - We take in orphans (prctl PR_SET_CHILD_SUBREAPER; the first process of a container gets them
///   anyway): a process that loses its parent becomes our child, is reaped when it ends, and is
///   ended if its mark is that of a child that has ended.
/// - If we are killed without a chance to do anything (SIGKILL, out of memory), a tiny second
///   process of our own binary does it: it holds the read end of a pipe and a list of process
///   groups. When the pipe closes it kills those groups, all beneath them, and all with our mark.
///   A parent-death signal would reach only the direct child, not what `npx` started, and
///   posix_spawn cannot set one.
///
/// What cleared its environment and lost its parent while its server still ran is ended with the
/// gateway in good order, but not found if that is killed.
///
/// Owned by the application, outlives every process. Losing the second process is not fatal:
/// children still see the end of their stdin.
class process_guard {
public:
    /// The variable that carries the mark.
    static constexpr std::string_view mark_name = "MCP_GATEWAY_CHILD";

    /// Starts the guard: `own_binary` is run with the single argument `guard_argument`.
    explicit process_guard(const std::string& own_binary);
    ~process_guard();
    process_guard(const process_guard&) = delete;
    process_guard& operator=(const process_guard&) = delete;

    [[nodiscard]] bool is_running() const { return pipe_ >= 0; }
    /// "NAME=value" for the environment of the next child.
    [[nodiscard]] std::string next_mark();
    /// The child that was started with that mark leads this group; empty: with none.
    void add(pid_t group, const std::string& mark = {});
    void remove(pid_t group);

    /// From now on what loses its parent becomes our child. Of this process as a whole, so for the
    /// application, which then calls end_strays() at each SIGCHLD.
    void take_in_orphans();
    /// Reaps orphans that have ended, and ends those of children that have.
    void end_strays();
    /// When all children have ended: nothing of theirs stays. Waits for it a moment.
    void end_all_strays();

private:
    void send(const std::string& line);
    void send_unsent();
    [[nodiscard]] bool is_ours(pid_t pid) const;
    /// Whether any was left.
    bool end_strays(bool of_all);
    [[nodiscard]] bool has_ended(const std::string& mark) const;

    int pipe_ = -1;
    std::string unsent_; ///< the guard was stopped, and its pipe is full
    pid_t pid_ = -1;
    std::string token_; ///< of all our marks
    std::uint64_t marks_ = 0;
    std::map<pid_t, std::string> running_; ///< mark by group
    std::vector<process_identity> spared_; ///< that were our children before we were ourselves
    bool takes_in_orphans_ = false;
    bool has_ended_all_ = false;
};

/// The hidden command line argument that makes our binary the guard.
inline constexpr const char* guard_argument = "--process-guard";

/// What the guard process does; returns its exit code.
int run_process_guard();

} // namespace mcpgw
