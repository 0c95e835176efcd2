// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_budget.hpp"
#include "server/expressions/expression_fault.hpp"
#include "server/expressions/expression_operand.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The functions of expressions, by number. x.f(y) is f(x, y).
struct expression_function {
    std::string_view name;
    std::size_t arguments_min;
    std::size_t arguments_max;
    std::string_view sentence; ///< what it does, for the documentation
    /// Errors have no place yet.
    expression_result<operand> (*call)(std::span<operand> arguments, expression_budget& budget);
};

/// All of them, in the order of their numbers.
std::span<const expression_function> expression_functions();
std::optional<std::uint8_t> find_function(std::string_view name);

} // namespace mcpgw
