// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "server/config/dialects/config_shape.hpp"
#include "server/config/variables/config_environment.hpp"

#include <optional>
#include <string_view>

namespace mcpgw {

/// Text to tree. Checks the size and that it is UTF-8. Nothing: errors were reported.
std::optional<config_node> read_config_document(std::string_view text, config_format format,
                                                problem_log& problems);

/// By a file's extension, else by its first characters.
config_format format_of(std::string_view filename, std::string_view text);

/// Tree to options; variables in `root` are replaced. Reports every problem; what is wrong keeps
/// its default. `directory`: of the file.
configuration read_configuration(config_node& root, const config_environment& environment,
                                 const std::string& directory, problem_log& problems);

} // namespace mcpgw
