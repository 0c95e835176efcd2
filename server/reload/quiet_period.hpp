// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace mcpgw {

/// When to look at files that have changed: one change is seldom alone, since an editor writes
/// beside a file and renames, and a person saves three files. So it is due once nothing has changed
/// for `quiet`; but no later than `postponed_max` after the first change, or somebody who writes
/// all the time would never be heard. Knows no clock and does no I/O.
class quiet_period {
public:
    quiet_period(clock_type::duration quiet, clock_type::duration postponed_max)
        : quiet_(quiet), postponed_max_(postponed_max) {}

    void on_change(clock_type::time_point now) {
        if (!first_) first_ = now;
        last_ = now;
    }
    /// Nothing: there was no change since the last one that was taken.
    [[nodiscard]] std::optional<clock_type::time_point> due() const {
        if (!first_) return std::nullopt;
        return std::min(last_ + quiet_, *first_ + postponed_max_);
    }
    /// True, once: it is time for what has changed until now.
    bool take(clock_type::time_point now) {
        const auto when = due();
        if (!when || now < *when) return false;
        first_.reset();
        return true;
    }

private:
    clock_type::duration quiet_;
    clock_type::duration postponed_max_;
    std::optional<clock_type::time_point> first_; ///< change that was not taken
    clock_type::time_point last_;
};

} // namespace mcpgw
