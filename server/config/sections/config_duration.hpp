// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/keys/config_keys.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace mcpgw {

/// A duration of the file: a number in the unit of its key (`seconds`, or whole `milliseconds`), or
/// a text with units of its own: "250ms", "30s", "15m", "2h", "1d", "1h30m". Nothing: it is none.
std::optional<std::chrono::milliseconds> read_duration(const config_node& node, key_type unit);
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The texts as a regular expression of JSON Schema.
inline constexpr std::string_view duration_pattern = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$";

} // namespace mcpgw
