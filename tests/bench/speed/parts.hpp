// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/comparison.hpp"
#include "tests/bench/speed/findings.hpp"
#include "tests/bench/speed/options.hpp"
#include "tests/bench/speed/stand.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace mcpgw::bench {

/// One run of the bench: what its parts share.
struct bench_run {
    speed_options options;
    programs needed;
    findings out;
    comparison rates;                  ///< of the gateway, nginx and the echo server
    comparison peers;                  ///< of the gateway and other gateways
    std::vector<std::string> versions; ///< of other programs that took part
    std::chrono::seconds took{0};
    double others = 0; ///< share of the machine that others have used
};

/// Each measures its part, and adds sections and targets to the findings.

/// Calls a second, latencies, time on the processor.
void run_calls(bench_run& run, const stand& on);
/// Latency at a fixed rate.
void run_open(bench_run& run, const stand& on);
/// Other gateways.
void run_peers(bench_run& run);
/// Memory: idle, with many sessions and streams, with long messages.
void run_memory(bench_run& run);
/// From the start to the first answer.
void run_start(bench_run& run);
/// Notifications that a call sends before its answer.
void run_events(bench_run& run);
/// A long list of tools.
void run_lists(bench_run& run);
/// Clients and children of different eras.
void run_eras(bench_run& run);
/// Clients over HTTP+SSE and over stdio.
void run_transports(bench_run& run);
/// System calls, allocations and instructions of one call.
void run_profile(bench_run& run);

} // namespace mcpgw::bench
