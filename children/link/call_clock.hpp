// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/multiplexer.hpp"
#include "transports/async/deadline_timer.hpp"

namespace mcpgw {

/// The deadlines of all calls on one connection, behind one timer. Owned by the link. All calls in
/// the table are call_frames.
class call_clock {
public:
    call_clock(executor ex, const multiplexer& calls) : calls_(calls), alarm_(ex) {}

    /// A call waits until then. One that puts its deadline off needs to say nothing.
    void expect(clock_type::time_point deadline);

private:
    void on_time();

    const multiplexer& calls_;
    deadline_timer alarm_;
    clock_type::time_point next_ = clock_type::time_point::max();
};

} // namespace mcpgw
