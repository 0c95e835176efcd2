// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mcpgw {

/// What is known of a tool before it is called.
struct tool_facts {
    enum class standing : unsigned char {
        listed,         ///< its server lists it
        untold,         ///< its server has not said what it offers
        unknown_tool,   ///< it has, and this is not in it, or is not shown
        unknown_server, ///< or it is not shown
    };
    standing is = standing::unknown_server;
    std::string definition{}; ///< raw object, where it is listed
};

} // namespace mcpgw
