// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Programs that fetch the server over the network before they run it: npx, uvx, docker run, ...
/// Their first start takes as long as the download, and says nothing meanwhile.

/// The name by which people know it ("npx", "pnpm dlx"); empty: the command is no such program.
/// Looks through `env` and a shell with one command.
std::string_view package_runner(std::string_view command, const std::vector<std::string>& args);

/// `start_timeout` of such a server, where none is configured.
inline constexpr std::chrono::minutes runner_start_timeout{5};

} // namespace mcpgw
