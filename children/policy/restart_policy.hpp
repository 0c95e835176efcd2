// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/backoff.hpp"
#include "protocol/text/enum_words.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

/// What calls do that find their server resting after a failure.
enum class rest_policy : std::uint8_t {
    automatic, ///< a short rest is waited out, during a long one they fail at once
    wait,      ///< they wait, as long as they have time
    fail,      ///< they fail at once
};
template <>
inline constexpr auto enum_words<rest_policy> = std::array{
    enum_word{rest_policy::automatic, "auto"},
    enum_word{rest_policy::wait, "wait"},
    enum_word{rest_policy::fail, "fail"},
};

/// How a server that died, or could not be started, comes back.
struct restart_options {
    std::chrono::milliseconds base{200};   ///< longest rest after the first failure
    std::chrono::milliseconds max{30'000}; ///< longest rest at all
    double jitter = 1;                     ///< share of each rest that is random
    /// A life of this length is no failed start: the rests begin anew after it.
    std::chrono::milliseconds stable_after{10'000};
    std::size_t restarts_max = 20; ///< failures within `window` that make it give up; 0: never
    std::chrono::milliseconds window{600'000};
    std::chrono::milliseconds slow_retry{300'000}; ///< rest of a server that was given up
    rest_policy calls = rest_policy::automatic;
};

/// When a server that failed may be started again. One that fails too often is given up: from then
/// on it is tried now and then, until it is stable again. Logic only: time is passed in. Owned by
/// `upstream`, for all its instances.
class restart_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;

    restart_policy(const restart_options& options, unsigned seed)
        : options_(options), pauses_(options.base, options.max, seed, options.jitter) {}

    /// The options have changed: they hold from the next failure on.
    void on_options() { pauses_.set_limits(options_.base, options_.max, options_.jitter); }
    /// One more failure. `ran`: how long it had been up; zero for a start that failed. Returns when
    /// the next start may be.
    time_point on_failure(time_point now, std::chrono::steady_clock::duration ran,
                          std::string reason = {}) {
        reason_ = std::move(reason);
        is_excused_ = false;
        if (ran >= options_.stable_after) reset();
        remember(now);
        const auto pause = pauses_.next();
        retry_at_ = now + (has_given_up_ ? options_.slow_retry : pause);
        return retry_at_;
    }
    /// A start that ended because the server speaks the other era is followed by another one at
    /// once, and is no failure: one only, until the server has agreed or rested. Otherwise a server
    /// that contradicts itself would be started for ever.
    bool excuse() { return !std::exchange(is_excused_, true); }
    /// The handshake went well.
    void on_agreed() { is_excused_ = false; }
    /// It is well, or somebody who knows better wants it to start now.
    void reset() {
        pauses_.reset();
        has_given_up_ = false;
        recent_.clear();
        retry_at_ = {};
    }
    [[nodiscard]] bool is_resting(time_point now) const { return now < retry_at_; }
    /// When it may be started; in the past: now.
    [[nodiscard]] time_point retry_at() const { return retry_at_; }
    /// It failed too often: `restarts_max` times within `window`.
    [[nodiscard]] bool has_given_up() const { return has_given_up_; }
    /// Of the last failure.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] std::size_t failures_in_row() const { return pauses_.failures(); }

private:
    void remember(time_point now) {
        if (options_.restarts_max == 0) return;
        recent_.push_back(now);
        std::erase_if(recent_, [&](time_point at) { return now - at > options_.window; });
        if (recent_.size() >= options_.restarts_max) has_given_up_ = true;
        if (recent_.size() > options_.restarts_max) recent_.erase(recent_.begin());
    }

    const restart_options& options_;
    backoff pauses_;
    bool has_given_up_ = false;
    bool is_excused_ = false;        ///< the start before was
    std::vector<time_point> recent_; ///< failures within the window
    time_point retry_at_{};
    std::string reason_;
};

} // namespace mcpgw
