// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace mcpgw {

/// How a call that failed is tried again.
struct retry_options {
    std::size_t attempts = 3; ///< in all; 1: no retry
    std::chrono::milliseconds base{100};
    double factor = 2;
    std::chrono::milliseconds max{2'000};
    double jitter = 0.5; ///< share of each pause that is random: 0 to 1
    /// Retries per call that a server gets on average: 0.2 adds at most a fifth to its load.
    double budget = 0.2;
    /// Failures that may pass by themselves.
    std::vector<errc> codes{errc::call_timed_out, errc::connection_lost, errc::server_busy};
    /// Tools that may be called twice although they do not say so; "*": all.
    std::vector<std::string> tools;
};

/// What is known of a call that failed.
struct failed_attempt {
    errc code = errc::internal_error;
    std::size_t attempt = 1;    ///< this was the first, the second, …
    bool was_written = true;    ///< the server may have seen it
    bool is_repeatable = false; ///< its tool says readOnlyHint or idempotentHint, or we are told so
};

/// Whether a repeat can do no harm, and helps: the code is one of those that pass, and the server
/// has not seen the call or does not mind seeing it twice (2025-11-25, schema, ToolAnnotations:
/// hints, so the configuration may say otherwise).
bool is_worth_a_retry(const failed_attempt& failed, const retry_options& options);

/// Keeps retries a small share of all calls, so that a bad day does not become a storm: each call
/// pays in `budget` of a retry, each retry takes one out. Owned by `upstream`; no clock.
class retry_budget {
public:
    explicit retry_budget(double per_call) : per_call_(per_call) {}

    /// Calls pay in that much from now on; what is saved stays.
    void set_per_call(double share) { per_call_ = share; }

    void on_call();
    /// False: the budget is used up.
    bool take();

private:
    static constexpr double saved_max = 100; ///< retries that a quiet day can save up
    static constexpr double saved_first = 3; ///< so that the first calls of all can be retried

    double per_call_;
    double saved_ = saved_first;
};

/// The pause before the attempt after `attempt`: base × factor^(attempt-1), at most `max`, of which
/// `jitter` is random.
std::chrono::milliseconds retry_pause(std::size_t attempt, const retry_options& options,
                                      std::minstd_rand& random);

} // namespace mcpgw
