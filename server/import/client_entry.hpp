// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/server_finder.hpp"

#include <string>

namespace mcpgw {

/// What takes the place of a client's servers in its own file.
struct client_entry {
    std::string text;
    bool is_toml = false; ///< else JSON or YAML
};

/// `command` and `config` are absolute paths.
client_entry make_client_entry(config_origin origin, const std::string& command,
                               const std::string& config);

} // namespace mcpgw
