// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_functions.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace mcpgw {

/// Rows of expression_functions() about texts and about lists.
std::span<const expression_function> text_functions();
std::span<const expression_function> list_functions();

/// Unicode code points.
std::size_t count_characters(std::string_view text);

} // namespace mcpgw
