#pragma once

#include "protocol/names.hpp"

#include <map>
#include <string>

namespace mcpgw {

/// What clients see.
enum class exposure : unsigned char {
    gateway, ///< the gateway's own tools; children through execute_child_tool
    all,     ///< every child's tools, prompts and resources, merged
    both,
};

struct gateway_options {
    exposure expose = exposure::gateway;
    naming_options naming;
    std::string instructions; ///< shown to clients before the children's own; may be empty
    /// Texts by child name, from --children-abstract.
    std::map<std::string, std::string> abstracts;
};

} // namespace mcpgw
