// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/instance_place.hpp"
#include "children/pool/pool_view.hpp"
#include "children/pool/waiting_line.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"

#include <string_view>
#include <vector>

namespace mcpgw {

/// How many instances a pool has, when one is stopped and how it makes room for another:
/// `plan_pool` decides, this does, for as long as there is something to look after. Owned by
/// `instance_pool`.
class pool_upkeep {
public:
    /// `freed`: told when a place may be free.
    pool_upkeep(const child_context& context, const child_options& options,
                const restart_policy& restarts, pool_members& members, pool_view& view,
                const waiting_line& line, async_condition& freed);

    /// Something may be due.
    void look();
    /// A place was given back.
    void on_given_back(pool_entry& from);
    /// The state of an instance has changed, of ours or of another pool's.
    void on_state(const instance& one);

    /// Nothing is stopped for being idle, and as many are kept ready as the options say.
    void set_kept(bool is_kept);
    /// Those that belong to this session or user end after their calls.
    void end_key(std::string_view key);
    /// Starts it without waiting for it.
    void begin_start(pool_entry& one);
    /// Ends it, without waiting for that, and forgets it.
    void begin_closing(pool_entry& one);

    /// A server that was stopped by hand is wanted again.
    void resume() { is_stop_wanted_ = false; }
    [[nodiscard]] bool is_stop_wanted() const { return is_stop_wanted_; }
    void begin_stop();
    /// Until no process is left; the next call starts one.
    task<> stop(abort_signal& abort);
    /// As close(), without waiting for it.
    void begin_close();
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    /// Stops it for good. Returns when nothing of it is left.
    task<> close();

private:
    task<> look_after();
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] pool_wishes wishes(clock_type::time_point now) const;
    void carry_out(const std::vector<pool_step>& steps);
    void begin_replacing(pool_entry& old);
    task<> start_ahead(instance_place held);
    task<> close_member(pool_entry& one);

    const child_context& context_;
    const child_options& options_;
    const restart_policy& restarts_;
    pool_members& members_;
    pool_view& view_;
    const waiting_line& line_;
    async_condition& freed_;
    task_group tasks_;
    async_condition changed_; ///< something may be due
    bool is_kept_ = false;
    bool is_looking_after_ = false;
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
};

} // namespace mcpgw
