// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpgw {

/// The parts of a tool in which words are looked for.
enum class search_field : unsigned char {
    name,
    title,
    description,
    parameters,      ///< their names
    parameter_texts, ///< their descriptions, and the texts that they may be
    server,          ///< its name, and what it is for
};
inline constexpr std::size_t search_fields = 6;

/// The text of each of them, by search_field.
using tool_texts = std::array<std::string, search_fields>;

/// What the definition of a tool (raw object) says. Parameters that stand in others count as well,
/// as deep as schema_depth_max. The name is the one in `name`, whatever the object's is. Pure.
tool_texts texts_of_tool(std::string_view name, std::string_view tool_json);

inline constexpr std::size_t schema_depth_max = 5;
inline constexpr std::size_t schema_texts_bytes_max = 16'384; ///< of one tool; what follows is not

} // namespace mcpgw
