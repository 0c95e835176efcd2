// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/cli/cli_commands.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace mcpgw {

/// The arguments of the commands that talk to a gateway that runs: reload, servers, flags, views.
/// The one that is given becomes `run`.
void add_admin_commands(CLI::App& app, cli_options& options, std::function<int()>& run);

/// --socket, of those and of status.
void add_socket_option(CLI::App& command, cli_options& options);

} // namespace mcpgw
