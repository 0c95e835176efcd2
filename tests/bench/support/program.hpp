// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw::bench {

/// What the bench starts, and how.
struct program_options {
    std::vector<std::string> command{};     ///< the first word is looked up in PATH
    std::vector<std::string> environment{}; ///< NAME=VALUE, beside the bench's own
    bool has_pipes = false;                 ///< on stdin and stdout; else they are /dev/null
    std::string log{};                      ///< file for its stderr; empty: a pipe
};

/// A process of the bench: ended with all that it has started, whatever happens. Throws
/// std::runtime_error if it cannot be started.
class program {
public:
    explicit program(const program_options& options);
    ~program();
    program(const program&) = delete;
    program& operator=(const program&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Ends of its pipes, blocking; -1 where there is none. They live as long as this object.
    [[nodiscard]] int input() const { return input_; }
    [[nodiscard]] int output() const { return output_; }
    [[nodiscard]] int errors() const { return errors_; }
    /// Closes its stdin.
    void end_input();
    /// SIGTERM, and SIGKILL for whatever is left. False: it had to be killed, or did not exit with
    /// 0.
    bool stop();
    /// SIGKILL to it alone, and waits for its end.
    void kill();
    /// SIGSTOP to it alone: it takes no time until it is resumed.
    void suspend() const;
    void resume() const;

private:
    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    int errors_ = -1;
};

/// The first line that a program writes, for its version; empty: it writes none.
std::string said_by(const std::vector<std::string>& command);

/// Waits without doing anything.
void pause_for(std::chrono::milliseconds time);

} // namespace mcpgw::bench
