// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"

#include <list>

namespace mcpgw {

/// A condition variable for coroutines: wakes all that wait. Unlike async_event it has many waiters
/// and keeps no signal: check the condition, then wait, in a loop. Owned by the object whose change
/// it announces.
class async_condition {
public:
    explicit async_condition(executor ex) : executor_(ex) {}

    void notify_all() {
        for (auto* waiter : waiters_) waiter->notify();
    }
    /// Until notify_all() or the deadline. True: notified.
    task<bool> wait_until(clock_type::time_point deadline);
    /// The same, and over as well when the signal is given; it may have been given before.
    task<bool> wait_until(clock_type::time_point deadline, abort_signal& abort);

private:
    struct membership {
        std::list<async_event*>& list;
        std::list<async_event*>::iterator place;
        ~membership() { list.erase(place); }
    };
    executor executor_;
    std::list<async_event*> waiters_;
};

} // namespace mcpgw
