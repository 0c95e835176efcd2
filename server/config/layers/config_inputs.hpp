// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mcpgw {

/// What a configuration is read from: everything that a person says about it outside of the files.
struct config_inputs {
    std::vector<std::string> files; ///< later ones are laid over earlier ones
};

} // namespace mcpgw
