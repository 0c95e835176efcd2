// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <optional>
#include <string_view>

namespace mcpgw {

/// Reads TOML into the located tree. The only user of toml11, whose versions 3 and 4 differ.
///
/// Nothing: the text is no TOML; the errors stand in `problems`. Their texts are ours: the
/// library's quote the line, which may hold a secret.
std::optional<config_node> read_toml_document(std::string_view text, problem_log& problems);

} // namespace mcpgw
