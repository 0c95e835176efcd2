// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/variables/config_environment.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One of [flags].
struct config_flag {
    std::string name;
    bool is_on = false;         ///< what counts
    bool is_on_in_file = false; ///< what the configuration says
    bool is_overridden = false; ///< it was set while a gateway ran
};

/// [flags]; `section` may be null. Each is true or false, or a text that says so once its variables
/// are replaced. `overrides`: of flags that there are, their values count instead.
std::vector<config_flag> read_flags(config_node* section, const config_environment& environment,
                                    const std::map<std::string, bool, std::less<>>& overrides,
                                    problem_log& problems);

/// What stands before the name of a flag in a value that depends on one: enabled = "flag:NAME".
inline constexpr std::string_view flag_prefix = "flag:";

bool is_flag_reference(const config_node& node);

/// Such a value becomes true or false, as config_environment::flags has it. A flag that there is
/// not is reported, and the value marked as broken.
void resolve_flag(config_node& node, const std::string& path, const config_environment& environment,
                  problem_log& problems);

} // namespace mcpgw
