// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/resilience/mcp_client.hpp"
#include "tests/bench/resilience/scenarios.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mcpgw::bench {

/// Until the client of a call has its answer.
constexpr std::chrono::seconds call_limit{11};

/// The servers that the clients call: c0, c1 …
std::string child_name(std::size_t index);

/// What the clients saw, all of them together.
struct tally {
    std::mutex mutex;
    std::size_t calls = 0;
    std::size_t good = 0;
    std::size_t misled = 0; ///< answers that belong to another call
    std::size_t late = 0;
    std::map<std::string, std::size_t> errors; ///< by name
    std::map<std::string, std::size_t> broken; ///< neither answer nor named error
    std::vector<std::chrono::microseconds> times;

    void add(const call_outcome& made, bool is_own);
    /// Of a call: 0.5 is the median. After the last add().
    [[nodiscard]] double milliseconds_at(double share) const;
};

/// "3 TIMEOUT, 1 SERVER_BUSY"
std::string shown(const std::map<std::string, std::size_t>& counts);

/// `options.clients` clients of both eras, each of which calls tools of `options.children` servers
/// one after the other until this ends. Every call is safe: its tool is idempotent.
class client_load {
public:
    client_load(std::uint16_t port, const bench_options& options, tally& seen);
    ~client_load();
    client_load(const client_load&) = delete;
    client_load& operator=(const client_load&) = delete;

private:
    void run(std::size_t number);
    void run_safely(std::size_t number);

    std::uint16_t port_;
    const bench_options& options_;
    tally& seen_;
    std::atomic<bool> is_over_ = false;
    std::vector<std::thread> clients_;
};

} // namespace mcpgw::bench
