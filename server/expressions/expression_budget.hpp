// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_fault.hpp"
#include "server/expressions/expression_limits.hpp"

#include <boost/json/value.hpp>

#include <cstddef>

namespace mcpgw {

/// What one evaluation may still cost. A step is one node, or as much work as some dozen bytes are.
class expression_budget {
public:
    explicit expression_budget(const expression_limits& limits)
        : steps_(limits.steps_max), bytes_(limits.made_bytes_max) {}

    /// False: there are not so many left, and there never will be.
    [[nodiscard]] bool spend(std::size_t steps) { return take(steps_, steps); }
    /// For a text of that size, read or made.
    [[nodiscard]] bool spend_for_text(std::size_t bytes) {
        constexpr std::size_t bytes_a_step = 64;
        return spend(1 + bytes / bytes_a_step);
    }
    /// For a text or a container of that size that is made.
    [[nodiscard]] bool make(std::size_t bytes) {
        return take(bytes_, bytes) && spend_for_text(bytes);
    }
    /// For a copy of all of `value`.
    [[nodiscard]] bool make_copy(const boost::json::value& value);
    [[nodiscard]] bool is_spent() const { return steps_ == 0 || bytes_ == 0; }

    static expression_fault over() {
        return {expression_error::over_limit, 0, "this takes too much work or memory"};
    }

private:
    static bool take(std::size_t& from, std::size_t count) {
        if (count > from) {
            from = 0;
            return false;
        }
        from -= count;
        return true;
    }
    std::size_t steps_;
    std::size_t bytes_;
};

} // namespace mcpgw
