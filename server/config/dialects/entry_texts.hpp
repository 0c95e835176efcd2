// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/entry_translator.hpp"

namespace mcpgw {

/// Whose texts they are.
struct entry_owner {
    std::string_view name; ///< of the entry
    const std::string& path;
    const dialect& from;
    const variable_translator& variables;
};

/// The variables in the texts of a translated entry as ours. What only the client can look up is
/// added to `made.asked`; what stays text although it looks like a variable is told.
void translate_texts(translated_entry& made, const entry_owner& owner, problem_log& problems);

} // namespace mcpgw
