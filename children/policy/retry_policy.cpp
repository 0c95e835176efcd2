// SPDX-License-Identifier: Apache-2.0
#include "children/policy/retry_policy.hpp"

#include <algorithm>
#include <cmath>

namespace mcpgw {

bool is_worth_a_retry(const failed_attempt& failed, const retry_options& options) {
    const auto& passing = options.codes;
    const bool may_pass = std::find(passing.begin(), passing.end(), failed.code) != passing.end();
    if (failed.attempt >= options.attempts || !may_pass) return false;
    return !failed.was_written || failed.is_repeatable;
}

void retry_budget::on_call() {
    saved_ = std::min(saved_max, saved_ + per_call_);
}

bool retry_budget::take() {
    if (per_call_ <= 0 || saved_ < 1) return false;
    saved_ -= 1;
    return true;
}

std::chrono::milliseconds retry_pause(std::size_t attempt, const retry_options& options,
                                      std::minstd_rand& random) {
    const auto exponent = static_cast<double>(attempt > 0 ? attempt - 1 : 0);
    const auto grown =
        static_cast<double>(options.base.count()) * std::pow(options.factor, exponent);
    const auto whole = std::min(grown, static_cast<double>(options.max.count()));
    const auto share = std::clamp(options.jitter, 0.0, 1.0);
    std::uniform_real_distribution<double> part{1.0 - share, 1.0};
    return std::chrono::milliseconds{std::llround(whole * part(random))};
}

} // namespace mcpgw
