// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_evaluator.hpp"
#include "server/expressions/expression_fault.hpp"
#include "server/expressions/expression_limits.hpp"
#include "server/expressions/expression_tree.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What an expression refers to: `steps.search.count` is the root `steps` and the member `search`.
struct expression_reference {
    std::string root;
    std::string member; ///< empty: all of the root, or a member whose name is calculated
    std::size_t place = 0;
};

/// An expression of the language of docs/expressions.md: read once, evaluated often. Pure and
/// total: it reads the scope that it is given, and ends within its limits. Cheap to copy.
class expression {
public:
    static expression_result<expression> read(std::string_view text,
                                              const expression_limits& limits = {});

    /// Errors have their place in text().
    [[nodiscard]] expression_result<boost::json::value>
    evaluate(const expression_scope& scope) const;
    [[nodiscard]] const std::string& text() const { return text_; }
    /// The free names of it, in their order.
    [[nodiscard]] std::vector<expression_reference> references() const;
    /// unknown_name, if it has a free name that is not among these.
    [[nodiscard]] expression_result<void>
    check_names(std::span<const std::string_view> known) const;

private:
    friend class value_template;
    std::string text_;
    std::shared_ptr<const expression_tree> tree_;
    expression_limits limits_;
};

} // namespace mcpgw
