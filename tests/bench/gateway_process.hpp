#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <sys/types.h>

namespace mcpgw::bench {

using clock_type = std::chrono::steady_clock;

/// Waits without doing anything.
void pause_for(std::chrono::milliseconds time);

/// The gateway under test: started with a configuration of its own on a free port, ended whatever
/// happens. Throws std::runtime_error if it does not come up.
class gateway_process {
public:
    gateway_process(const std::string& binary, const std::string& config_json);
    ~gateway_process();
    gateway_process(const gateway_process&) = delete;
    gateway_process& operator=(const gateway_process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// From its start until it said where it listens.
    [[nodiscard]] std::chrono::microseconds start_time() const { return start_time_; }
    /// As a service manager does. False: it had to be killed, or did not exit with 0.
    bool stop();
    /// SIGKILL, and waits for its end.
    void kill();

private:
    void read_log(clock_type::time_point begun);
    void reap();
    void drain_log();

    std::string directory_;
    pid_t pid_ = -1;
    int log_ = -1; ///< reading end of its stderr
    std::uint16_t port_ = 0;
    std::chrono::microseconds start_time_{0};
    std::atomic<bool> is_over_ = false;
    std::thread drain_; ///< a full pipe would stop it
};

} // namespace mcpgw::bench
