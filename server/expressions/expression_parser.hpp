// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_fault.hpp"
#include "server/expressions/expression_limits.hpp"
#include "server/expressions/expression_tree.hpp"

#include <cstddef>
#include <string_view>

namespace mcpgw {

struct parsed_expression {
    expression_tree tree;
    std::size_t end = 0; ///< where in the text the next word begins
};

/// Reads the expression that begins at `from`. It ends at the end of the text or, where
/// `is_in_braces`, before a } that it has not opened. Places are those in `text`.
expression_result<parsed_expression> parse_expression(std::string_view text,
                                                      const expression_limits& limits,
                                                      std::size_t from = 0,
                                                      bool is_in_braces = false);

} // namespace mcpgw
