// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/process/process_tree.hpp"
#include "children/sandbox/isolation.hpp"
#include "children/sandbox/launcher.hpp"
#include "protocol/error.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

class process_guard;

/// How a process ended.
struct exit_status {
    bool was_signalled = false;
    int code = 0; ///< exit code, or signal number

    /// "exited with code 3", "was ended by signal 9 (Killed)"
    [[nodiscard]] std::string str() const;
};

struct launch_options {
    std::string path; ///< of the program, already found on PATH
    std::vector<std::string> args;
    std::vector<std::string> environment; ///< "NAME=value"; the whole environment of the process
    std::string cwd;                      ///< empty: ours
    isolation_options isolation;
    /// The names in `environment` that came from ours; see launch_orders.
    std::vector<std::string> inherited;
    std::string launcher = own_program; ///< of isolated processes
};

/// One running instance of a child: pid, three streams, exit. RAII: the destructor kills the
/// process group if it still runs and reaps the process, but never waits for it to end in good
/// order; call stop() for that. When the process ends by itself, what is left of its group is
/// killed too. Owned by `child`.
///
/// The process leads its own group, has default signals, an environment made from a list, and
/// inherits no descriptor but its three streams. Its stdin and stdout are sockets, as Node gives
/// them to its children, too (docs/adr/0010); its stderr is a pipe. A guard process (if given)
/// kills the group should the gateway die without a chance to do so. If it is to be isolated, the
/// launcher comes first (children/sandbox/launcher.hpp), and also makes it end with the gateway's
/// thread.
class process {
public:
    /// Errors: server_failed with the reason (program not found, not executable, bad cwd, limits).
    /// What the launcher finds out comes later, with the end of the process.
    static result<std::unique_ptr<process>> launch(executor ex, const launch_options& options,
                                                   process_guard* guard);
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    stream_descriptor& stdin_stream() { return stdin_; }
    stream_descriptor& stdout_stream() { return stdout_; }
    stream_descriptor& stderr_stream() { return stderr_; }

    /// Until the process itself has ended; grandchildren may live on. One waiter at a time.
    task<exit_status> wait_exit();
    [[nodiscard]] const std::optional<exit_status>& exited() const { return exit_; }
    /// Why the program was not even started, after the exit; empty: it was.
    [[nodiscard]] const std::string& launch_failure() const { return launch_failure_; }

    void close_stdin();
    /// To the whole group.
    void signal_group(int signal_number);
    /// The last one that was sent; 0: none. Others may have sent it signals as well.
    [[nodiscard]] int signal_sent() const { return signal_sent_; }

    /// The stop ladder: stdin EOF, then SIGTERM, then SIGKILL to the group, each after `grace`.
    /// Somebody else must be in wait_exit(): that is where the end is seen.
    task<> stop(std::chrono::milliseconds grace);

private:
    process(executor ex, process_guard* guard);
    void reap();
    void on_exit(exit_status status);
    void note_descendants();
    task<bool> wait_ended(std::chrono::milliseconds grace);

    pid_t pid_ = -1; ///< negative: it was never started
    stream_descriptor pidfd_, stdin_, stdout_, stderr_;
    process_guard* guard_;
    launch_channel channel_;
    std::vector<process_identity> beneath_; ///< found when it was told to end
    std::optional<exit_status> exit_;
    int signal_sent_ = 0;
    std::string launch_failure_;
    async_event ended_;
};

/// Where `command` is: itself if it contains a slash (relative to `cwd`), else the first executable
/// file of that name on `path_list` (":"-separated). An absolute path; empty: not found.
std::string find_program(const std::string& command, const std::string& path_list,
                         const std::string& cwd = {});

} // namespace mcpgw
