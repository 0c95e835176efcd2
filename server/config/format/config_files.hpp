// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace mcpgw {

/// The whole file, or nothing if it is no readable regular file of at most `bytes_max` bytes.
std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

} // namespace mcpgw
