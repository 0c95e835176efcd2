// SPDX-License-Identifier: Apache-2.0
#include "transports/async/broadcast.hpp"

namespace mcpgw {

task<bool> broadcast::wait_until(clock_type::time_point deadline) {
    wake_up waiter{executor_};
    const membership member{waiters_, waiters_.insert(waiters_.end(), &waiter)};
    const bool was_notified = co_await waiter.wait_until(deadline);
    co_return was_notified;
}

task<bool> broadcast::wait_until(clock_type::time_point deadline, abort_signal& abort) {
    wake_up waiter{executor_};
    const membership member{waiters_, waiters_.insert(waiters_.end(), &waiter)};
    const abort_signal::listener on_abort{abort, [&waiter] {
                                              waiter.notify();
                                          }};
    const bool was_notified = co_await waiter.wait_until(deadline);
    co_return was_notified;
}

} // namespace mcpgw
