// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <string>

namespace mcpgw {

/// Owns coroutines: every co_spawn of ours goes through a group. A maximum, cancel all, wait for
/// all; asserts in the destructor that none is left. Used on one thread.
///
/// An exception that leaves a coroutine is a programming error; it is handed to `on_exception` (or
/// rethrown from the event loop where none is set).
class task_group {
public:
    task_group(executor ex, std::size_t tasks_max)
        : executor_(ex), tasks_max_(tasks_max), idle_(ex) {}
    ~task_group();
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts `t`. False: the group is full or stopping, or there is no memory for one more; `t` is
    /// destroyed without having run.
    bool spawn(task<> t);
    /// Asks every coroutine to end (terminal cancellation); new ones are refused.
    void cancel_all();
    /// Refuses new ones; those running go on.
    void close() { is_closed_ = true; }
    /// Until the group is empty.
    task<> wait_all();

    /// Another maximum for those that come; none of those that run is ended.
    void set_tasks_max(std::size_t tasks_max) { tasks_max_ = tasks_max; }
    [[nodiscard]] std::size_t size() const { return running_.size(); }
    [[nodiscard]] bool is_full() const { return running_.size() >= tasks_max_; }

    std::function<void(const std::string& what)> on_exception;

private:
    using entry = std::list<asio::cancellation_signal>::iterator;
    void on_end(entry it, std::exception_ptr error);

    executor executor_;
    std::size_t tasks_max_;
    std::list<asio::cancellation_signal> running_;
    bool is_closed_ = false;
    async_event idle_;
};

} // namespace mcpgw
