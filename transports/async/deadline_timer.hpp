// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"

#include <functional>
#include <memory>

namespace mcpgw {

/// Something to do at a time that is nearly always put off or called off before it comes, such as
/// closing a connection that has gone silent. That costs a store: the timer behind it runs on, and
/// looks again when it fires. One thing at a time; never before its time.
class deadline_timer {
public:
    explicit deadline_timer(executor ex) : state_(std::make_shared<state>(ex)) {}
    ~deadline_timer();
    deadline_timer(const deadline_timer&) = delete;
    deadline_timer& operator=(const deadline_timer&) = delete;

    /// Instead of what was set before. `act` is called by the loop, once.
    void set(clock_type::time_point when, std::function<void()> act);
    void clear() { state_->act = nullptr; }
    [[nodiscard]] bool is_set() const { return state_->act != nullptr; }

private:
    // Outlives us: the handler of the timer may be on its way already.
    struct state {
        explicit state(executor ex) : clock(ex) {}
        timer clock;
        clock_type::time_point when{};
        clock_type::time_point fires_at = clock_type::time_point::max(); ///< max: it does not run
        std::function<void()> act;
    };
    static void run(const std::shared_ptr<state>& s);

    std::shared_ptr<state> state_;
};

} // namespace mcpgw
