// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/task_group.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace mcpgw::child_test {

/// The event loop of one test, and the coroutines that the test starts. A test that hangs fails at
/// its deadline instead.
class process_loop {
public:
    process_loop() { std::signal(SIGPIPE, SIG_IGN); } // as the application does

    [[nodiscard]] executor get_executor() { return io_.get_executor(); }

    void spawn(task<> t) { REQUIRE(tasks_.spawn(std::move(t))); }

    /// Runs until `is_done`.
    void run_until(const std::function<bool()>& is_done) {
        const auto deadline = clock_type::now() + limit;
        while (!is_done()) {
            if (io_.stopped()) io_.restart();
            const auto handlers_run = io_.run_one_until(deadline);
            if (handlers_run == 0 && !is_done())
                throw std::runtime_error(clock_type::now() < deadline
                                             ? "nothing is left that could still happen"
                                             : "the test did not come to its end in time");
        }
    }

    /// Runs until `t` has ended.
    template <class T>
    T await(task<T> t) {
        std::optional<T> value;
        spawn(store(std::move(t), value));
        run_until([&value] { return value.has_value(); });
        return std::move(*value);
    }
    void await(task<> t) {
        bool has_ended = false;
        spawn(note(std::move(t), has_ended));
        run_until([&has_ended] { return has_ended; });
    }

    /// Runs what is ready, without waiting for anything.
    void poll() {
        if (io_.stopped()) io_.restart();
        io_.poll();
    }

    /// Until every coroutine of the test has ended.
    void finish() {
        run_until([this] { return tasks_.size() == 0; });
    }

    /// Ends the coroutines of the test as a server's stop does.
    void cancel_all() { tasks_.cancel_all(); }

    template <class T>
    static task<> store(task<T> t, std::optional<T>& into) {
        auto value = co_await std::move(t);
        into.emplace(std::move(value));
    }

private:
    static constexpr std::chrono::seconds limit{60};

    static task<> note(task<> t, bool& has_ended) {
        co_await std::move(t);
        has_ended = true;
    }

    asio::io_context io_{1};
    task_group tasks_{io_.get_executor(), 10'000};
};

} // namespace mcpgw::child_test
