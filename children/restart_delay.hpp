#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace mcpgw {

/// How long to leave a child alone after it failed: doubles with each failure in a row up to a
/// maximum, half of it random, so that many children do not come back in step. Owned by `child`.
class restart_delay {
public:
    using milliseconds = std::chrono::milliseconds;

    restart_delay(milliseconds min, milliseconds max, unsigned seed)
        : min_(min), max_(max), random_(seed) {}

    /// The delay after one more failure.
    milliseconds next() {
        const auto doubled = min_.count() * (1L << std::min(failures_, doublings_max));
        const auto whole = std::min<milliseconds::rep>(max_.count(), doubled);
        ++failures_;
        std::uniform_int_distribution<milliseconds::rep> jitter{0, whole - whole / 2};
        return milliseconds{whole / 2 + jitter(random_)};
    }
    /// The child has been well for a while.
    void reset() { failures_ = 0; }
    [[nodiscard]] int failures() const { return failures_; }

private:
    static constexpr int doublings_max = 20;

    milliseconds min_, max_;
    int failures_ = 0;
    std::minstd_rand random_;
};

} // namespace mcpgw
