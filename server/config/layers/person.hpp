// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mcpgw {

/// Whose configuration it is.
struct person {
    std::string name;
    std::vector<std::string> groups; ///< that the system knows
};

/// `name`: empty for the user that this process runs as. Of a name that the system does not know
/// there are no groups. Asks the system's name services, which may block.
person find_person(const std::string& name);

} // namespace mcpgw
