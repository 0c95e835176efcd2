// SPDX-License-Identifier: Apache-2.0
#include "children/link/call_clock.hpp"

#include "children/link/call_frame.hpp"

#include <algorithm>

namespace mcpgw {

void call_clock::expect(clock_type::time_point deadline) {
    if (deadline >= next_) return;
    next_ = deadline;
    alarm_.set(deadline, [this] { on_time(); });
}

void call_clock::on_time() {
    const auto now = clock_type::now();
    auto next = clock_type::time_point::max();
    calls_.for_each([now, &next](waiting_call& call) {
        auto& frame = static_cast<call_frame&>(call);
        if (frame.deadline() <= now)
            frame.on_time(); // if it waits on, it says until when
        else
            next = std::min(next, frame.deadline());
    });
    next_ = clock_type::time_point::max();
    if (next != next_) expect(next);
}

} // namespace mcpgw
