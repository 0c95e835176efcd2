// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"

#include <optional>
#include <utility>

namespace mcpgw {

/// An event that resets itself: notify() lets one wait() return, the next one if nobody waits yet,
/// so that no signal is lost. One waiter at a time, on the loop of the executor.
class async_event {
public:
    using error_code = boost::system::error_code;

    explicit async_event(executor ex) : executor_(ex) {}

    /// The waiter goes on when the loop comes to it, not within this call.
    void notify();
    /// The same, but the waiter goes on within this call, which saves a round of the loop. The
    /// caller must not touch afterwards what the waiter may change or destroy.
    void notify_now();
    /// co_await wait(): until notify(). A coroutine that is cancelled ends here, with an exception.
    [[nodiscard]] auto wait() {
        return asio::async_initiate<const asio::deferred_t, void(error_code)>(
            [this](resumption handler) { suspend(std::move(handler)); }, asio::deferred);
    }
    /// Until notify() or the deadline. True: notified.
    task<bool> wait_until(clock_type::time_point deadline);

private:
    void suspend(resumption handler);
    void release(error_code outcome);
    resumption take_waiter();

    executor executor_;
    std::optional<resumption> waiter_;
    asio::cancellation_slot slot_; ///< of the waiter
    std::optional<timer> timer_; ///< of the first wait_until() on
    bool is_set_ = false;
};

} // namespace mcpgw
