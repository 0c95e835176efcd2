// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>

namespace mcpgw {

/// How long to leave something alone that failed: a random time up to a limit that doubles with
/// each failure in a row, so that many do not come back in step.
class backoff {
public:
    using milliseconds = std::chrono::milliseconds;

    /// `base`: the limit after the first failure; `max`: the highest limit; `jitter`: the share of
    /// the limit that is random, all of it where nothing is said.
    backoff(milliseconds base, milliseconds max, unsigned seed, double jitter = 1)
        : base_(base), max_(max), jitter_(jitter), random_(seed) {}

    /// Other limits hold from the next failure on.
    void set_limits(milliseconds base, milliseconds max, double jitter) {
        base_ = base;
        max_ = max;
        jitter_ = jitter;
    }
    /// The time after one more failure.
    milliseconds next() {
        const auto doubled = base_.count() << std::min(failures_, doublings_max);
        ++failures_;
        const auto limit = std::min(max_.count(), doubled);
        const auto random_part =
            static_cast<milliseconds::rep>(static_cast<double>(limit) * jitter_);
        std::uniform_int_distribution<milliseconds::rep> length{limit - random_part, limit};
        return milliseconds{length(random_)};
    }
    /// It has been well for a while.
    void reset() { failures_ = 0; }
    [[nodiscard]] std::size_t failures() const { return failures_; }

private:
    static constexpr std::size_t doublings_max = 20;

    milliseconds base_, max_;
    double jitter_;
    std::size_t failures_ = 0;
    std::minstd_rand random_;
};

} // namespace mcpgw
