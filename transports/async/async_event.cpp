// SPDX-License-Identifier: Apache-2.0
#include "transports/async/async_event.hpp"

#include <new>

namespace mcpgw {

namespace {
constexpr int release_tries_max = 3;
}

void async_event::notify() {
    if (waiter_) return release({});
    is_set_ = true;
    if (timer_) timer_->cancel();
}

void async_event::notify_now() {
    if (!waiter_) return notify();
    auto resumed = take_waiter();
    resumed(error_code{});
}

void async_event::release(error_code outcome) {
    if (!waiter_) return;
    auto resume = [handler = take_waiter(), outcome]() mutable { handler(outcome); };
    const auto later = asio::require(executor_, asio::execution::blocking.never);
    // Where there is no memory, `resume` is kept: with it the waiting coroutine would be destroyed,
    // and its owner would wait for its end for ever.
    for (int tried = 0; tried < release_tries_max; ++tried) {
        try {
            return later.execute(std::move(resume)); // NOLINT(bugprone-use-after-move)
        } catch (const std::bad_alloc&) {
        }
    }
    resume(); // NOLINT(bugprone-use-after-move): at a bad moment, which is better than never
}

/// The slot is the coroutine's and lives on: a cancellation that comes later, while it waits for
/// something else, must not reach for us. Assigned instead of cleared, which keeps its memory.
resumption async_event::take_waiter() {
    auto taken = std::move(*waiter_);
    waiter_.reset();
    if (slot_.is_connected()) slot_.assign([](asio::cancellation_type) {});
    slot_ = {};
    return taken;
}

/// Until notify(), or the coroutine is cancelled.
void async_event::suspend(resumption handler) {
    if (std::exchange(is_set_, false)) return handler(error_code{});
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
        slot.assign([this](asio::cancellation_type) { release(asio::error::operation_aborted); });
    slot_ = slot;
    waiter_.emplace(std::move(handler));
}

task<bool> async_event::wait_until(clock_type::time_point deadline) {
    if (!is_set_) {
        if (!timer_) timer_.emplace(executor_);
        timer_->expires_at(deadline);
        // The result does not matter: whoever woke us set the flag, or the deadline passed.
        co_await timer_->async_wait(nothrow);
    }
    co_return std::exchange(is_set_, false);
}

} // namespace mcpgw
