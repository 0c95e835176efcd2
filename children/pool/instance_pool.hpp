// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/pool_upkeep.hpp"

#include <optional>
#include <string_view>

namespace mcpgw {

/// The instances of one server in one era, and the calls that wait for one. `pool_rules` decides
/// which instance a call goes to; the pool carries that out. Owned by `era_pools`.
class instance_pool {
public:
    instance_pool(const child_context& context, const child_options& options,
                  instance::owner& above, restart_policy& restarts, era spoken);

    /// The instances.
    [[nodiscard]] const pool_members& members() const { return members_; }
    /// What they offer beside the lister.
    [[nodiscard]] const pool_view& view() const { return view_; }
    /// One that takes calls now.
    [[nodiscard]] bool has_running() const { return members_.has_running(); }

    /// Holds the instance whose lists are the server's, which may not run: while it is held, it is
    /// not forgotten, so that a coroutine may wait inside it.
    instance_place hold_lister();
    /// The same, or another one where there is none; on nothing where there is none at all.
    instance_place hold_first();
    /// A place for a call; its instance may have to be started. Waits where all are taken.
    /// Errors: server_busy, with `retryAfterMs` (the queue is full, or its time is over), and the
    /// reason of the abort.
    task<result<instance_place>> take(pool_request request, abort_signal& abort);
    /// The same where nothing has to be waited for; nothing: use take().
    std::optional<instance_place> try_take(const pool_request& request);

    /// The server asks its clients, and its questions name no call.
    void set_interactive(bool is_interactive);
    /// Nothing is stopped for being idle, and as many are kept ready as the options say.
    void set_kept(bool is_kept) { upkeep_.set_kept(is_kept); }
    void want_logs() { members_.want_logs(); }
    /// Those that belong to this session or user end after their calls.
    void end_key(std::string_view key) { upkeep_.end_key(key); }
    /// The client with this key has other roots now.
    void renew_roots(std::string_view key);
    /// Takes over `one` of another pool, which goes on in our era. False: it must stay where it is,
    /// for a call waits on it, or the place of the lister is taken here.
    bool adopt(instance_pool& from, const instance& one);
    /// The state of one of its instances has changed.
    void on_state(const instance& one) { upkeep_.on_state(one); }
    /// The options have changed: what may be due looks again.
    void on_options();
    /// Lists were read, or an instance that had its own has ended.
    void note_lists() { view_.note_lists(); }

    /// A server that was stopped by hand is wanted again.
    void resume() { upkeep_.resume(); }
    void begin_stop() { upkeep_.begin_stop(); }
    /// Until no process is left; the next call starts one.
    task<> stop(abort_signal& abort) { return upkeep_.stop(abort); }
    /// As close(), without waiting for it.
    void begin_close() { upkeep_.begin_close(); }
    /// Stops it for good. Returns when nothing of it is left.
    task<> close() { return upkeep_.close(); }

private:
    [[nodiscard]] pool_terms terms() const;
    pool_entry* choose(const pool_request& request, bool is_first);
    [[nodiscard]] clock_type::time_point next_seat(clock_type::time_point now) const;
    task<result<pool_entry*>> wait_in_line(pool_request request, abort_signal& abort);
    instance_place enter(pool_entry& chosen, const pool_request& request);
    [[nodiscard]] fault busy(std::string_view what) const;
    [[nodiscard]] fault is_shut_down() const;
    void let_oldest_parked_give_way();

    const child_context& context_;
    const child_options& options_;
    const restart_policy& restarts_;
    pool_members members_;
    pool_view view_;
    waiting_line line_;
    async_condition freed_; ///< a place may be free
    pool_upkeep upkeep_;
};

} // namespace mcpgw
