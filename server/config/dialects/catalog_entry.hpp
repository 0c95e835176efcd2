// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

namespace mcpgw {

/// An entry of a Docker MCP catalog as a command that runs its image, or as a remote server.
/// Its secrets become variables of the same names.
config_node entry_of_catalog(const config_node& entry);

} // namespace mcpgw
