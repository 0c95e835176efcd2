// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <sys/types.h>

namespace mcpgw {

/// Processes that somebody waits for where they were started, on whatever thread: process_guard,
/// which takes in everybody else's on the thread of the loop, leaves them alone. Else it would get
/// their exit codes.
class waited_process {
public:
    /// `start` starts one and returns its pid; a negative number: it could not.
    explicit waited_process(const std::function<pid_t()>& start);
    ~waited_process(); ///< after it was waited for
    waited_process(const waited_process&) = delete;
    waited_process& operator=(const waited_process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Also waits until one that is just being started is known.
    static bool is_one(pid_t pid);

private:
    pid_t pid_ = -1;
};

} // namespace mcpgw
