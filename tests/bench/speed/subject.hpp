// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/load_loop.hpp"
#include "tests/bench/speed/load/requests.hpp"
#include "tests/bench/support/program.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mcpgw::bench {

/// What load is made on: an HTTP server, or a program that is driven over its pipes.
struct subject {
    std::string name;
    dialect spoken = dialect::legacy;
    std::uint16_t port = 0; ///< of the HTTP server
    std::string path = "/mcp";
    std::string long_path{};        ///< for texts of a megabyte and more; empty: the same
    std::string tool = "echo";      ///< as it is named there
    std::vector<pid_t> processes{}; ///< whose time on the processor counts
    program_options piped{};        ///< without a port: started for each measurement
};

/// One measurement. `in_flight`: connections with one call each, or calls on one pipe. `counted`:
/// what else is counted meanwhile; empty: the notifications before the answers. Throws
/// std::runtime_error with the name of the subject where that fails.
load_figures measure(const subject& what, const call_kind& kind, std::size_t in_flight,
                     const load_plan& plan, const load_loop::counter& counted = {});

} // namespace mcpgw::bench
