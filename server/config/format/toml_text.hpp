// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Writing TOML: what `import` puts into a new configuration. Plain text in, plain text out; reads
/// again to the same values.

/// `text` as a basic string in one line, with quotes.
std::string quote_toml(std::string_view text);

/// A key, bare where that is allowed.
std::string toml_key(std::string_view key);

/// A value: lists that are long go over several lines, tables stand in one. Members that are null
/// are left out.
std::string toml_value(const config_node& node);

} // namespace mcpgw
