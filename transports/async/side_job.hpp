// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/on_scope_exit.hpp"

#include <csignal>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace mcpgw {

/// A function that runs on a thread of its own, so that the loop goes on meanwhile: what reads
/// files or runs programs may take seconds. It cannot be interrupted; who does not want to wait any
/// longer just leaves, and what it returns is dropped. Used on the thread of the loop.
template <class T>
class side_job {
public:
    /// Begins at once. `work` must own all that it uses. Throws std::system_error: the system has
    /// no thread for it.
    side_job(executor ex, std::function<T()> work)
        : done_(ex), shared_(std::make_shared<shared>(this, ex)) {
        // Signals are for the loop's thread; a new thread takes over what is blocked here.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        const on_scope_exit unblock{[&before] {
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
        }};
        std::thread{run, shared_, std::move(work)}.detach();
    }
    ~side_job() {
        const std::lock_guard lock{shared_->mutex};
        shared_->owner = nullptr;
    }
    side_job(const side_job&) = delete;
    side_job& operator=(const side_job&) = delete;

    /// Until it has returned, or the wait is aborted.
    task<> wait(abort_signal& abort) {
        while (!returned_ && !thrown_ && !abort.reason())
            co_await done_.wait_until(clock_type::time_point::max(), abort);
    }
    /// What it has returned; nothing: it runs. Each is given once. Throws what it has thrown.
    std::optional<T> take() {
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
        return std::exchange(returned_, std::nullopt);
    }

private:
    /// The only thing that two threads share.
    struct shared {
        shared(side_job* o, executor e) : owner(o), ex(e) {}
        std::mutex mutex;
        side_job* owner; ///< null: nobody wants to know any more
        executor ex;
    };
    static void run(const std::shared_ptr<shared>& state, const std::function<T()>& work) {
        std::shared_ptr<T> value;
        std::exception_ptr thrown; // it must not end the process
        try {
            value = std::make_shared<T>(work());
        } catch (...) {
            thrown = std::current_exception();
        }
        // While there is an owner, its loop lives.
        const std::lock_guard lock{state->mutex};
        if (state->owner == nullptr) return;
        asio::post(state->ex, [state, value, thrown] {
            // On the owner's thread, the only one that takes it away.
            if (state->owner == nullptr) return;
            if (value) state->owner->returned_ = std::move(*value);
            state->owner->thrown_ = thrown;
            state->owner->done_.notify_all();
        });
    }

    async_condition done_;
    std::optional<T> returned_;
    std::exception_ptr thrown_;
    std::shared_ptr<shared> shared_; ///< with the thread
};

} // namespace mcpgw
