// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace mcpgw {

struct program_limits {
    std::chrono::milliseconds time{std::chrono::seconds{10}};
    std::size_t output_bytes_max = 64U << 10U;
    std::size_t error_bytes_max = 1U << 10U; ///< of what it says on stderr; the rest is dropped
};

/// What a program that ran to its end has said.
struct program_output {
    std::string out;
    std::string err;
    /// Why `out` is nothing to be used: it could not be started, took too long, said too much, or
    /// failed. Empty: all is well.
    std::string problem;
};

/// Runs a program with our environment, without a shell and without input, and waits for it. At the
/// limits it is killed, with all that is in its process group.
program_output run_program(std::vector<std::string> words, const program_limits& limits);

} // namespace mcpgw
