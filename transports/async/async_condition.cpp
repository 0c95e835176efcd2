// SPDX-License-Identifier: Apache-2.0
#include "transports/async/async_condition.hpp"

namespace mcpgw {

task<bool> async_condition::wait_until(clock_type::time_point deadline) {
    async_event waiter{executor_};
    const membership member{waiters_, waiters_.insert(waiters_.end(), &waiter)};
    const bool was_notified = co_await waiter.wait_until(deadline);
    co_return was_notified;
}

task<bool> async_condition::wait_until(clock_type::time_point deadline, abort_signal& abort) {
    async_event waiter{executor_};
    const membership member{waiters_, waiters_.insert(waiters_.end(), &waiter)};
    const abort_signal::listener on_abort{abort, [&waiter] {
                                              waiter.notify();
                                          }};
    const bool was_notified = co_await waiter.wait_until(deadline);
    co_return was_notified;
}

} // namespace mcpgw
