// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace mcpgw {

/// How a running instance is asked whether it still answers.
struct health_options {
    std::chrono::milliseconds interval{30'000}; ///< of silence before it is asked; 0: never
    std::chrono::milliseconds timeout{5'000};   ///< for the answer
    std::size_t misses_max = 3;                 ///< in a row, before it counts as unhealthy
};

/// Decides when to ask one instance for a sign of life, and what the signs mean. Every message of
/// the instance is one, so an instance at work is never asked. Logic only: time is passed in. Owned
/// by `instance`, made anew for each of its lives.
class health_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;

    health_watch(const health_options& options, time_point now) : options_(options), last_(now) {}

    /// When to look. The options may have changed since the last time.
    [[nodiscard]] time_point due() const {
        if (options_.interval.count() == 0) return time_point::max();
        return is_asked_again_ ? last_ : last_ + options_.interval;
    }
    /// A look at due(): true if it must be asked. `has_spoken`: any message came since the last
    /// look.
    bool look(time_point now, bool has_spoken) {
        if (has_spoken) on_sign(now);
        return !has_spoken;
    }
    /// It answered, or said anything else.
    void on_sign(time_point now) {
        misses_ = 0;
        is_asked_again_ = false;
        last_ = now;
    }
    /// It did not answer within `timeout`. It is asked again at once, until that is hopeless.
    void on_miss(time_point now) {
        ++misses_;
        is_asked_again_ = !is_unhealthy();
        last_ = now;
    }
    [[nodiscard]] std::size_t misses() const { return misses_; }
    [[nodiscard]] bool is_unhealthy() const { return misses_ >= options_.misses_max; }

private:
    const health_options& options_;
    time_point last_; ///< sign, or check without an answer
    bool is_asked_again_ = false;
    std::size_t misses_ = 0;
};

} // namespace mcpgw
