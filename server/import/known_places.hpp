// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Where a client keeps its servers.
struct known_place {
    std::string program; ///< "Cursor"
    std::string path;
};

/// Every file in which some client may keep its servers on this system (Linux and macOS): those of
/// the user, and those of the project in `directory`. Nothing is looked up.
std::vector<known_place> known_places(const environment_lookup& environment,
                                      const std::string& directory);

} // namespace mcpgw
