// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_budget.hpp"
#include "server/expressions/expression_fault.hpp"

#include <boost/json/value.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace mcpgw {

/// A value on its way through an evaluation: seen where it stands, or made. What is seen must
/// outlive it; a copy is made only where a new value holds it.
class operand {
public:
    operand() = default;
    static operand of(const boost::json::value& seen) {
        operand made;
        made.seen_ = &seen;
        return made;
    }
    static operand made(boost::json::value value) {
        operand made;
        made.own_ = std::move(value);
        return made;
    }

    [[nodiscard]] const boost::json::value& get() const { return seen_ ? *seen_ : own_; }
    /// The value itself; what is only seen is copied.
    expression_result<boost::json::value> take(expression_budget& budget) &&;
    /// What stands in this value; an operand of its own, even where this one ends.
    [[nodiscard]] operand inside(const boost::json::value& part) &&;

private:
    const boost::json::value* seen_ = nullptr; ///< null: it is `own_`
    boost::json::value own_;
};

/// "bool", "int", "double", "string", "list", "map", "null".
std::string_view type_name(const boost::json::value& value);

/// 1 == 1.0; values of different types are not equal. Nothing: the budget is spent.
std::optional<bool> are_equal(const boost::json::value& a, const boost::json::value& b,
                              expression_budget& budget);
/// Numbers, texts (by code points) and bools have an order. Nothing: these two have none.
std::optional<std::strong_ordering> order_of(const boost::json::value& a,
                                             const boost::json::value& b);

/// `sign`: one of + - * / %. Two whole numbers give a whole one, or an error where it is too large;
/// with a double the result is one. + also joins two texts or two lists.
expression_result<operand> calculate(char sign, operand a, operand b, expression_budget& budget);
expression_result<operand> negate(const boost::json::value& a);

/// A text as it is, anything else as JSON.
std::string shown_text(const boost::json::value& value);

} // namespace mcpgw
