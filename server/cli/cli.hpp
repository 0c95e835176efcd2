// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mcpgw {

/// Exit codes of every command.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1; ///< what was asked for failed: a tool, a server, an address
inline constexpr int exit_usage = 2;   ///< wrong arguments or a wrong configuration

/// Parses the command line and runs the command that it names. Returns the exit code.
int run_cli(int argc, char** argv);

} // namespace mcpgw
