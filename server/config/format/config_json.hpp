// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <optional>
#include <string_view>

namespace mcpgw {

/// Reads JSON as people write it in configuration files: also // and /* */ comments and commas
/// before a closing bracket (VS Code's files have them). Keeps line numbers, which a JSON library
/// would not give us.
///
/// Nothing: the text is no JSON; one error with its line stands in `problems`. A key that occurs
/// twice in one object is an error too, and reading goes on. Messages never quote the text.
std::optional<config_node> read_json_document(std::string_view text, problem_log& problems);

} // namespace mcpgw
