// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/pool_rules.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <string_view>

namespace mcpgw {

/// The line of calls that wait for a place, and how long that took of late. Logic only: it wakes no
/// call. Owned by `instance_pool`, which limits its length (`instances.queue_max`).
class waiting_line {
    struct waiter {
        std::string_view key;
        bool may_be_asked = false;
    };

public:
    /// A place in line; good until leave().
    using turn = std::list<waiter>::const_iterator;

    [[nodiscard]] bool empty() const { return line_.empty(); }
    [[nodiscard]] std::size_t size() const { return line_.size(); }

    /// The text of the request must live until leave().
    turn join(const pool_request& request);
    void leave(turn own);
    /// One call has waited so long in all.
    void note_wait(std::chrono::milliseconds waited);

    /// No call that waits longer wants the same. Calls that may be answered with a question do not
    /// stand in the way of those that may not.
    [[nodiscard]] bool is_first(turn own, const pool_request& request) const;
    /// The same for a call that does not stand in line.
    [[nodiscard]] bool is_first(const pool_request& request) const {
        return is_first(line_.end(), request);
    }

    /// When to try again, for a call that is refused.
    [[nodiscard]] std::chrono::milliseconds hint() const;

private:
    std::list<waiter> line_;
    std::chrono::milliseconds usual_wait_{1'000};
};

} // namespace mcpgw
