#pragma once

#include "transports/asio.hpp"

#include <optional>

namespace mcpgw {

/// A wake-up without a lost-signal window on one thread: wait() returns at once if notify() came
/// before it. One waiter at a time, on the loop of the executor.
class wake_up {
public:
    explicit wake_up(executor ex) : executor_(ex) {}

    /// The waiter goes on when the loop comes to it, not within this call.
    void notify();
    /// The same, but the waiter goes on within this call: saves a round of the loop. Only for
    /// handlers of the loop that have nothing left to do with what the waiter may change or end.
    void notify_now();
    /// Until notify(). A coroutine that is cancelled ends here, with an exception.
    task<> wait();
    /// Until notify() or the deadline. True: notified.
    task<bool> wait_until(clock_type::time_point deadline);

private:
    // The type with which Asio resumes a coroutine: two pointers, where a type-erased handler would
    // be an allocation for each wait.
    using error_code = boost::system::error_code;
    using waiter =
        asio::async_result<asio::use_awaitable_t<executor>, void(error_code)>::handler_type;
    task<> suspend();
    static task<> pass();
    void release(error_code outcome);

    executor executor_;
    std::optional<waiter> waiter_;
    std::optional<timer> timer_; ///< of the first wait_until() on
    bool is_set_ = false;
};

} // namespace mcpgw
