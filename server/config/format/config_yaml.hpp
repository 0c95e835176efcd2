// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <optional>
#include <string_view>

namespace mcpgw {

/// Reads a YAML document (of several: the first). Plain scalars are what YAML 1.2's core schema
/// says. Aliases and merge keys are resolved. One error ends the reading, except keys that are
/// given twice. Nothing is returned after an error of syntax.
std::optional<config_node> read_yaml_document(std::string_view text, problem_log& problems);

} // namespace mcpgw
