// SPDX-License-Identifier: Apache-2.0
#include "children/policy/circuit_breaker.hpp"

#include <algorithm>

namespace mcpgw {

circuit_breaker::circuit_breaker(breaker_options options) : options_(options) {}

void circuit_breaker::set_options(breaker_options options) {
    options_ = options;
    recent_.clear(); // a window of another length is another one
    recent_next_ = 0;
    if (options_.threshold == 0) recover();
}

std::optional<circuit_breaker::pass> circuit_breaker::admit(time_point now) {
    if (!open_until_) return pass{period_, false};
    if (now < *open_until_ || has_trial_) return std::nullopt;
    has_trial_ = true;
    return pass{period_, true};
}

void circuit_breaker::succeed(const pass& of) {
    if (of.period != period_) return;
    if (of.is_trial) return close();
    failures_in_row_ = 0;
    remember(false);
}

void circuit_breaker::fail(const pass& of, time_point now) {
    if (of.period != period_ || options_.threshold == 0) return;
    ++failures_in_row_;
    remember(true);
    if (of.is_trial || failures_in_row_ >= options_.threshold || is_rate_reached()) open(now);
}

void circuit_breaker::fail(time_point now) {
    if (!open_until_) return fail(pass{period_, false}, now);
    if (now >= *open_until_) open(now); // it had its chance to come back
}

void circuit_breaker::abandon(const pass& of) {
    if (of.period == period_ && of.is_trial) has_trial_ = false;
}

void circuit_breaker::recover() {
    if (open_until_) open_until_ = time_point::min();
}

void circuit_breaker::open(time_point now) {
    ++period_;
    has_trial_ = false;
    open_until_ = now + options_.timeout;
    recent_.clear();
    recent_next_ = 0;
}

void circuit_breaker::close() {
    ++period_;
    has_trial_ = false;
    open_until_.reset();
    failures_in_row_ = 0;
}

void circuit_breaker::remember(bool has_failed) {
    if (options_.failure_rate <= 0 || options_.window == 0) return;
    if (recent_.size() < options_.window) {
        recent_.push_back(has_failed);
        return;
    }
    recent_[recent_next_] = has_failed;
    recent_next_ = (recent_next_ + 1) % options_.window;
}

bool circuit_breaker::is_rate_reached() const {
    // A few calls say nothing about a rate.
    if (options_.failure_rate <= 0 || recent_.size() < options_.window) return false;
    const auto failed = std::count(recent_.begin(), recent_.end(), true);
    return static_cast<double>(failed) >=
           options_.failure_rate * static_cast<double>(options_.window);
}

breaker_state circuit_breaker::state(time_point now) const {
    if (!open_until_) return breaker_state::closed;
    return now < *open_until_ ? breaker_state::open : breaker_state::half_open;
}

std::chrono::milliseconds circuit_breaker::retry_in(time_point now) const {
    if (!open_until_ || now >= *open_until_) return std::chrono::milliseconds{0};
    return std::chrono::ceil<std::chrono::milliseconds>(*open_until_ - now);
}

std::string_view to_string(breaker_state state) {
    switch (state) {
    case breaker_state::closed:
        return "closed";
    case breaker_state::open:
        return "open";
    case breaker_state::half_open:
        return "half_open";
    }
    return "unknown";
}

} // namespace mcpgw
