// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"
#include "transports/async/task_group.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::io_test {

/// How long a test waits for what must happen before it fails. Nothing waits that long otherwise.
inline constexpr std::chrono::seconds patience{20};

/// An event loop on the test's thread, with a group for its coroutines. A coroutine that hangs
/// fails the test instead of blocking it.
class io_loop {
public:
    io_loop() {
        tasks.on_exception = [this](const std::string& what) {
            exceptions.push_back(what);
        };
    }
    ~io_loop() { CHECK(exceptions.empty()); }
    io_loop(const io_loop&) = delete;
    io_loop& operator=(const io_loop&) = delete;

    /// Starts `t` and runs the loop until no coroutine is left.
    void run(task<> t) {
        REQUIRE(tasks.spawn(std::move(t)));
        finish();
    }
    /// Runs the loop until no coroutine is left.
    void finish() {
        io.restart();
        const auto deadline = clock_type::now() + patience;
        while (tasks.size() > 0 && clock_type::now() < deadline) io.run_one_until(deadline);
        if (tasks.size() > 0) give_up();
    }
    /// Runs what is ready now; coroutines that wait go on waiting.
    void poll() {
        io.restart();
        io.poll();
    }

    [[nodiscard]] executor ex() { return io.get_executor(); }

    asio::io_context io{1};
    task_group tasks{io.get_executor(), 1000};
    std::vector<std::string> exceptions; ///< that left coroutines; a test takes those it expects

private:
    void give_up() {
        tasks.cancel_all();
        io.run_for(patience);
        FAIL("a coroutine did not end");
    }
};

} // namespace mcpgw::io_test
