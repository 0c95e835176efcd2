// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"
#include "server/config/variables/secret_source.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

struct unread_secret {
    std::string provider; ///< "file"
    std::string problem;
    std::string hint;
};

/// Reads a secret; `words`: those of a command, else one text.
using secret_lookup =
    std::function<secret_outcome(std::string_view provider, const std::vector<std::string>& words)>;

/// `text` with its variables replaced: ${NAME}, ${NAME:-default} (default where NAME is not set or
/// empty; may hold variables itself), $$ for one $. ${env:NAME} of VS Code is ${NAME}, and
/// ${userHome} is ${HOME}. ${file:...}, ${command:...} and the like are secrets (secret_source), in
/// whose texts variables are replaced first. A $ before anything else stays as it is. What was
/// inserted is not looked at again.
struct expansion {
    std::string text;
    bool has_variables = false;       ///< `text` may hold a secret now
    std::vector<std::string> missing; ///< names that are not set and have no default
    /// Names of what only an editor knows: "input:token", "workspaceFolder".
    std::vector<std::string> editor_only;
    std::vector<unread_secret> unread; ///< secrets that could not be read
    std::vector<std::string> warnings; ///< of those that were
    bool is_malformed = false;         ///< ${ without }, or no variable's name between them

    [[nodiscard]] bool is_complete() const {
        return missing.empty() && editor_only.empty() && unread.empty() && !is_malformed;
    }
};

/// `secrets`: null where none are read; then what names one is not understood.
expansion expand_variables(std::string_view text, const environment_lookup& environment,
                           const secret_lookup& secrets = nullptr);

/// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view text);

} // namespace mcpgw
