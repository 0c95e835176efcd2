// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"

#include <cstddef>
#include <deque>

namespace mcpgw {

/// Starts servers ahead of their use, a few at a time. One that fails is tried again by itself; its
/// first attempt is what the others wait for. Owned by `registry`.
class start_queue {
public:
    /// `work`: its owner waits for its end.
    start_queue(task_group& work, logger& log) : tasks_(work), log_(log) {}

    /// Begins with at most `at_once_max` at the same time, without waiting for them; behind those
    /// that are still to be started.
    void start(std::deque<upstream_ref> upstreams, std::size_t at_once_max);
    /// Those whose first start has not ended yet, in the order of their starts.
    [[nodiscard]] const std::deque<upstream_ref>& warming() const { return warming_; }
    /// It is not wanted any more.
    void forget(const upstream& one);
    /// No further one is begun.
    void close() { to_start_.clear(); }

private:
    task<> run();

    task_group& tasks_;
    logger& log_;
    std::deque<upstream_ref> warming_;
    std::deque<upstream_ref> to_start_; ///< of these, those whose start has not begun
    std::size_t running_ = 0;           ///< coroutines
};

} // namespace mcpgw
