// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mcpgw {

/// What a configuration is read from: everything that a person says about it outside of the files.
struct config_inputs {
    std::vector<std::string> files{}; ///< later ones are laid over earlier ones
    std::string overlay{};            ///< a person's own file, laid over everything; empty: none
    /// Empty: what MCP_GATEWAY_PROFILE says, else what ENVIRONMENT says where there is a profile of
    /// that name.
    std::string profile{};
    std::string user{};       ///< whose [[overlays]] count; empty: the system's user
    std::string flags_file{}; ///< of flag_overrides; empty: none
};

/// The file that the commands write (servers add, remove, enable, disable), beside the first one:
/// it is laid over all others, wherever they include it. Empty: there are no files.
std::string managed_path(const config_inputs& inputs);

} // namespace mcpgw
