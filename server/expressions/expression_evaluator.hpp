// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_fault.hpp"
#include "server/expressions/expression_limits.hpp"
#include "server/expressions/expression_tree.hpp"

#include <boost/json/value.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// What the names of an expression stand for. Views: both the names and the values must outlive it.
class expression_scope {
public:
    using entry = std::pair<std::string_view, const boost::json::value*>;
    expression_scope() = default;
    expression_scope(std::initializer_list<entry> entries) : entries_(entries) {}

    void add(std::string_view name, const boost::json::value& value) {
        entries_.emplace_back(name, &value);
    }
    /// The last added of that name; null: there is none.
    [[nodiscard]] const boost::json::value* find(std::string_view name) const {
        for (auto at = entries_.rbegin(); at != entries_.rend(); ++at)
            if (at->first == name) return at->second;
        return nullptr;
    }
    void drop_last() { entries_.pop_back(); }

private:
    std::vector<entry> entries_;
};

/// The value of an expression. Ends within the limits, whatever it says; reads `scope` alone.
expression_result<boost::json::value> evaluate_expression(const expression_tree& tree,
                                                          const expression_scope& scope,
                                                          const expression_limits& limits);

} // namespace mcpgw
