// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace mcpgw {

/// Starts servers whose offers are not known yet, and has lists wait for them. A server that fails
/// is left out, so that it does not fail the list of the others. Owned by `registry`.
class listing_starts {
public:
    /// `work`: its owner waits for its end.
    listing_starts(executor ex, task_group& work) : tasks_(work), told_(ex) {}

    /// Starts those of them that do not run, and waits until one more of them has told what it
    /// offers, or has failed; for each at most `patience` from the first list that wanted it: a
    /// server that hangs holds up the lists of that time, and none of later. False: there is
    /// nothing (more) to be waited for, or the wait was aborted.
    task<bool> wait_for_one(std::vector<upstream_ref> which, std::chrono::milliseconds patience,
                            abort_signal& abort);
    /// Some server has told.
    void on_told() { told_.notify_all(); }
    /// It is not wanted any more.
    void forget(const upstream& one) { wanted_since_.erase(&one); }
    /// No further start is begun.
    void close() { is_closing_ = true; }

private:
    void begin(const upstream_ref& c);
    task<> start_one(upstream_ref c);

    task_group& tasks_;
    async_condition told_;               ///< the catalog changed, or such a start has ended
    std::set<const upstream*> starting_; ///< to know what they offer
    std::map<const upstream*, clock_type::time_point> wanted_since_; ///< by a list
    bool is_closing_ = false;
};

} // namespace mcpgw
