// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/era_pools.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"

namespace mcpgw {

/// Starts a server in the era that fits, keeps it running where it is wanted without a call, and
/// stops it. Owned by `upstream`.
class upstream_life {
public:
    /// `work`: runs what goes on beside; its owner waits for its end.
    upstream_life(const child_context& context, const child_options& options, task_group& work,
                  era_pools& pools, const known_eras& eras, restart_policy& restarts);

    /// The pool of the era that fits, with an instance that runs. Many callers wait for one start.
    /// Errors: also the reason of the abort, which ends this wait alone.
    task<result<instance_pool*>> ready(era wanted, clock_type::time_point deadline,
                                       abort_signal& abort);
    /// Starts it if it does not run. Errors as above.
    task<result<void>> ensure_running(clock_type::time_point deadline, abort_signal& abort);
    task<result<void>> ensure_running(clock_type::time_point deadline);

    /// From now on it is started again by itself when it dies (pre-warm).
    void keep_running();
    /// The opposite: one that runs is stopped when it is idle.
    void let_rest();
    [[nodiscard]] bool is_kept() const { return is_kept_; }
    /// Somebody waits for its changes (or does not any more): while it runs, that is as above.
    void set_watched(bool is_watched);
    /// It is being started by itself, or waits for its next start.
    [[nodiscard]] bool is_keeping() const { return is_keeping_; }

    /// Ends it; the next call starts it again. It goes on where the wait for it is aborted.
    task<> stop(abort_signal& abort);
    task<> stop();
    /// It was stopped, and nobody has called it since.
    [[nodiscard]] bool is_stop_wanted() const { return is_stop_wanted_; }
    /// Somebody calls it.
    void want() { is_stop_wanted_ = false; }

    /// From now on nothing starts it; all that wait are woken.
    void begin_close();
    [[nodiscard]] bool is_closed() const { return is_closed_; }

    /// Told when an instance started or ended, or what is known of the eras has changed.
    async_condition& changed() { return changed_; }

private:
    [[nodiscard]] fault defect() const;
    [[nodiscard]] bool is_wanted() const { return is_kept_ || is_watched_; }
    void keep_if_wanted();
    task<> keep();

    const child_options& options_;
    task_group& tasks_;
    era_pools& pools_;
    const known_eras& eras_;
    restart_policy& restarts_;
    async_condition changed_;
    bool is_kept_ = false;
    bool is_watched_ = false;
    bool is_keeping_ = false;
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
};

} // namespace mcpgw
