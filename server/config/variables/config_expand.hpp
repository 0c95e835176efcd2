// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// `text` with its variables replaced: ${NAME}, ${NAME:-default} (default where NAME is not set or
/// empty; may hold variables itself), $$ for one $. ${env:NAME} of VS Code is ${NAME}, and
/// ${userHome} is ${HOME}. A $ before anything else stays as it is. What was inserted is not
/// looked at again.
struct expansion {
    std::string text;
    bool has_variables = false;       ///< `text` may hold a secret now
    std::vector<std::string> missing; ///< names that are not set and have no default
    /// Names of what only an editor knows: "input:token", "workspaceFolder".
    std::vector<std::string> editor_only;
    bool is_malformed = false; ///< ${ without }, or no variable's name between them

    [[nodiscard]] bool is_complete() const {
        return missing.empty() && editor_only.empty() && !is_malformed;
    }
};

expansion expand_variables(std::string_view text, const environment_lookup& environment);

/// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view text);

} // namespace mcpgw
