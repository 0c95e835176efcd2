// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/support/program.hpp"
#include "tests/bench/support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace mcpgw::bench {

using clock_type = std::chrono::steady_clock;

/// How the gateway is started: `before` it, as strace is, and with more variables.
struct gateway_surroundings {
    std::vector<std::string> before;
    std::vector<std::string> environment;
};

/// The gateway under test: started with a configuration of its own on a free port, ended whatever
/// happens. Throws std::runtime_error if it does not come up.
class gateway_process {
public:
    gateway_process(const std::string& binary, const std::string& config_json,
                    const gateway_surroundings& around = {});
    ~gateway_process();
    gateway_process(const gateway_process&) = delete;
    gateway_process& operator=(const gateway_process&) = delete;

    [[nodiscard]] pid_t pid() const { return program_->pid(); }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Another configuration in the place of its own, as an editor writes it: in one step.
    void rewrite(const std::string& config_json) const;
    /// From its start until it said where it listens.
    [[nodiscard]] std::chrono::microseconds start_time() const { return start_time_; }
    /// As a service manager does. False: it had to be killed, or did not exit with 0.
    bool stop() { return program_->stop(); }
    /// SIGKILL, and waits for its end.
    void kill() { program_->kill(); }

private:
    void read_log(clock_type::time_point begun);
    void drain_log();

    temporary_directory directory_;
    std::optional<program> program_;
    std::uint16_t port_ = 0;
    std::chrono::microseconds start_time_{0};
    std::atomic<bool> is_over_ = false;
    std::thread drain_; ///< a full pipe would stop it
};

} // namespace mcpgw::bench
