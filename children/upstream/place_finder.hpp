// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/question_record.hpp"
#include "children/upstream/legacy_trial.hpp"
#include "children/upstream/upstream_caller.hpp"
#include "children/upstream/upstream_lease.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace mcpgw {

/// Finds an instance for a call: asks the breaker, chooses the era, takes a place in its pool, and
/// notes what the call tells of the server. Owned by `upstream`.
class place_finder {
public:
    place_finder(const child_options& options, era_pools& pools, upstream_life& life,
                 legacy_trial& trial, circuit_breaker& breaker, const restart_policy& restarts,
                 question_record& questions)
        : options_(options)
        , pools_(pools)
        , life_(life)
        , trial_(trial)
        , breaker_(breaker)
        , restarts_(restarts)
        , questions_(questions) {}

    [[nodiscard]] const child_options& options() const { return options_; }

    /// An instance for a call, in the client's own era where the server speaks it. Starts what is
    /// needed. Errors: circuit_open (it failed too often of late), server_failed, call_timed_out,
    /// server_busy (all instances are taken).
    task<result<upstream_lease>> acquire(upstream_caller who, abort_signal& abort);
    /// The same where nothing has to be waited for, as for most calls; nothing: use acquire().
    std::optional<result<upstream_lease>> try_acquire(const upstream_caller& who);
    /// acquire() and one call.
    task<result<upstream_answer>>
    call(upstream_call request, std::shared_ptr<call_observer> observer, abort_signal& abort);

    /// The legacy era may have more for the client of this call than the modern one, to which its
    /// questions could be translated, and nobody knows yet whether the server speaks it: where the
    /// client can answer, acquire() finds out.
    [[nodiscard]] bool may_have_more(const upstream_caller& who) const;
    /// Nobody knows yet whether this call can make it ask: such calls are seated one client at a
    /// time.
    [[nodiscard]] bool is_unproven(const upstream_caller& who) const;

    /// Some call has a place, or waits for one.
    [[nodiscard]] bool has_calls() const { return leases_ + waiting_ > 0; }
    /// Told when the last of those has ended; null: nobody waits for that.
    void on_last_call(async_condition* told) { last_call_ = told; }

    // What leases tell.
    void on_lease() { ++leases_; }
    void on_lease_ended() {
        --leases_;
        note_end();
    }
    /// What the outcome of a call on `on` says of the server. Whatever it answers, it works.
    void report(const circuit_breaker::pass& pass, const instance& on,
                const result<upstream_answer>& answer);
    /// The call has ended, with or without a report.
    void abandon(const circuit_breaker::pass& pass) { breaker_.abandon(pass); }
    /// A call that was unproven has ended.
    void end_trial(const upstream_call& request, const result<upstream_answer>& answer);

private:
    task<result<upstream_lease>> find_place(upstream_caller who, abort_signal& abort);
    void note_end() {
        if (last_call_ != nullptr && !has_calls()) last_call_->notify_all();
    }
    [[nodiscard]] fault breaker_is_open() const;
    [[nodiscard]] clock_type::time_point place_deadline(const upstream_caller& who) const;
    [[nodiscard]] pool_request wanted_place(const upstream_caller& who,
                                            const instance_pool& pool) const;
    void begin_trial(upstream_lease& held, const upstream_caller& who, bool is_unproven_now);

    const child_options& options_;
    era_pools& pools_;
    upstream_life& life_;
    legacy_trial& trial_;
    circuit_breaker& breaker_;
    const restart_policy& restarts_;
    question_record& questions_;
    std::size_t leases_ = 0;  ///< places that are held
    std::size_t waiting_ = 0; ///< calls that wait for one
    async_condition* last_call_ = nullptr;
};

} // namespace mcpgw
