// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/instance_pool.hpp"
#include "children/upstream/known_eras.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace mcpgw {

/// The instances of one server: a pool for each era of the protocol that is in use, so that no
/// client is translated without need. Knows which pool's lists are offered, and passes on to both
/// what concerns the whole server. Owned by `upstream`.
class era_pools {
public:
    /// `known` decides which era is believed in; it must outlive the pools, as all the others.
    era_pools(const child_context& context, const child_options& options, instance::owner& above,
              restart_policy& restarts, const known_eras& known);

    instance_pool& of(era e) { return e == era::modern ? modern_ : legacy_; }
    instance_pool& other_than(const instance_pool& one) {
        return &one == &modern_ ? legacy_ : modern_;
    }
    /// The pool whose lists are offered.
    [[nodiscard]] const instance_pool& primary() const;
    [[nodiscard]] instance_pool& primary();
    /// What is believed of the server's eras now; nothing: its next start finds out.
    [[nodiscard]] std::optional<era_verdict> verdict() const {
        const auto* const last = known_.last();
        if (last != nullptr && last->is_modern) return *last; // no clock is read for most calls
        return known_.at(clock_type::now(), legacy_.members().is_alive());
    }
    [[nodiscard]] bool speaks_both_eras() const {
        const auto known = verdict();
        return known && known->is_modern && known->is_legacy;
    }
    /// Some instance takes calls now.
    [[nodiscard]] bool has_running() const {
        return modern_.has_running() || legacy_.has_running();
    }
    /// Some call waits for a client that may still come back with an answer.
    [[nodiscard]] bool has_parked() const {
        return modern_.members().oldest_parked() || legacy_.members().oldest_parked();
    }
    /// It is on its way out, another one has taken its place.
    [[nodiscard]] bool is_leaving(const instance& one) const;
    /// Whose it is; empty: nobody's.
    [[nodiscard]] std::string_view key_of(const instance& one) const;
    /// Calls `visit` with each pool_members::member_status, those of the modern era first.
    template <class Visit>
    void for_each(Visit visit) const {
        modern_.members().for_each(visit);
        legacy_.members().for_each(visit);
    }

    /// Somebody waits for the server even when nobody calls it: it is not stopped for being idle.
    void set_wanted(bool is_wanted);
    /// The server has asked its clients before (or has not).
    void set_asking(bool has_asked);
    /// What is believed of the eras, or where an instance is, may have changed.
    void settle();
    /// An instance goes on in the other era than it was begun for. False: it cannot.
    bool move(instance& one, era spoken);

    // What concerns all instances; see instance_pool.
    void on_options();
    void on_state(const instance& one);
    void note_lists();
    void want_logs();
    void end_key(std::string_view key);
    void renew_roots(std::string_view key);
    [[nodiscard]] bool has_stale_lists(clock_type::time_point now) const;
    /// See list_fetcher::refresh_stale(). A server that does not run is not started for it.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);
    /// Ends all of them; the next call starts one again. It goes on where the wait is aborted.
    task<> stop(abort_signal& abort);
    /// The same for good. Returns when nothing of them is left.
    task<> close();

private:
    const child_options& options_;
    const known_eras& known_;
    instance_pool modern_;
    instance_pool legacy_;
    bool is_wanted_ = false;
    bool has_asked_ = false;
};

/// Whether the questions of this server to its clients name no call, so that its processes get one
/// client's calls at a time.
[[nodiscard]] bool is_interactive(const child_options& options, bool has_asked);

} // namespace mcpgw
