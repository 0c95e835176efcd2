// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/support/report.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace mcpgw::bench {

/// What is run, and how much of it. All bounded: see take() in resilience_main.cpp.
struct bench_options {
    std::string binary;                ///< the gateway; its children are its own demo server
    std::chrono::seconds duration{60}; ///< of the chaos, and of the changes under load
    std::size_t children = 8;          ///< in both
    std::size_t clients = 32;
    std::size_t cycles = 1000;
    std::size_t guarded = 50;    ///< children that run when the gateway is killed
    std::size_t lazy = 100;      ///< children that are configured and do not run
    std::size_t stop_every = 25; ///< signals in the chaos are one SIGSTOP; 0: none is
    unsigned seed = 1;           ///< of the chaos
    std::string only;            ///< one scenario; empty: all
};

/// Children are killed, stopped and made to write without end, while many clients call them.
void run_chaos(const bench_options& options, report& out);
/// A child is started and stopped again and again.
void run_cycles(const bench_options& options, report& out);
/// The gateway is killed: nothing that it started lives on.
void run_guard(const bench_options& options, report& out);
/// Many children that are configured only.
void run_lazy(const bench_options& options, report& out);
/// A server that is gone is answered for by its fallback.
void run_failover(const bench_options& options, report& out);
/// The configuration changes while clients call.
void run_reload(const bench_options& options, report& out);
/// A healthy server beside nine that hang in their start.
void run_neighbours(const bench_options& options, report& out);

} // namespace mcpgw::bench
