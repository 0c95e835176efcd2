// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// The whole file, or nothing if it is no readable regular file of at most `bytes_max` bytes.
std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

/// Others can read it: neither its permissions nor those of a directory above it keep them out.
bool is_readable_by_others(const std::string& path);

/// Text to tree. Checks the size and that it is UTF-8. Nothing: errors were reported.
std::optional<config_node> read_config_document(std::string_view text, config_format format,
                                                problem_log& problems);

/// By a file's extension, else by its first characters.
config_format format_of(std::string_view filename, std::string_view text);

} // namespace mcpgw
