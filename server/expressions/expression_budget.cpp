// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_budget.hpp"

namespace mcpgw {

bool expression_budget::make_copy(const boost::json::value& value) {
    if (!make(sizeof(value))) return false;
    if (const auto* const text = value.if_string()) return make(text->size());
    if (const auto* const list = value.if_array()) {
        for (const auto& each : *list)
            if (!make_copy(each)) return false;
    } else if (const auto* const map = value.if_object()) {
        for (const auto& [key, each] : *map)
            if (!make(key.size()) || !make_copy(each)) return false;
    }
    return true;
}

} // namespace mcpgw
