// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/sandbox/launch_orders.hpp"

#include <string>

namespace mcpgw {

/// Starts a child that is isolated. posix_spawn can do none of it, and between fork and exec of a
/// program with threads hardly anything may be done; so the process that is started first is our
/// own binary in this role. It takes its orders from a socket, gives up what they say and becomes
/// the child's program: same process, same group, same pipes. What goes wrong it writes to the
/// socket, which closes by itself when the program takes over.

/// The hidden command line argument that makes our binary the launcher.
inline constexpr const char* launcher_argument = "--child-launcher";
/// The program that is asked, by default: this one, even if its file was replaced meanwhile.
inline constexpr const char* own_program = "/proc/self/exe";
/// The launcher's end of the socket.
inline constexpr int launcher_descriptor = 3;

/// What the launcher does. Returns only if it failed, with the exit code.
int run_launcher();

/// The gateway's end. Owned by the process that is launched.
class launch_channel {
public:
    launch_channel() = default;
    ~launch_channel();
    launch_channel(launch_channel&& other) noexcept;
    launch_channel& operator=(launch_channel&& other) noexcept;

    /// Errors: errno.
    [[nodiscard]] bool open();
    [[nodiscard]] int launcher_end() const { return far_; }
    /// To be called once the launcher runs, which reads them at once.
    void send(const launch_orders& orders);
    /// Why the launcher gave up; empty: it did not. For after the end of the process.
    std::string take_failure();

private:
    void close();

    int near_ = -1;
    int far_ = -1;
};

} // namespace mcpgw
