// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/era_pools.hpp"

#include <utility>

namespace mcpgw {

bool is_interactive(const child_options& options, bool has_asked) {
    // Over HTTP a question comes on the stream of its call.
    if (!options.remote.url.empty()) return false;
    if (options.interactive == interactivity::automatic) return has_asked;
    return options.interactive == interactivity::yes;
}

era_pools::era_pools(const child_context& context, const child_options& options,
                     instance::owner& above, restart_policy& restarts, const known_eras& known)
    : options_(options)
    , known_(known)
    , modern_(context, options, above, restarts, era::modern)
    , legacy_(context, options, above, restarts, era::legacy) {
    settle();
}

const instance_pool& era_pools::primary() const {
    const auto* const legacy = legacy_.members().first();
    if (const auto* const known = known_.last())
        return known->is_modern || legacy == nullptr ? modern_ : legacy_;
    // The legacy era was believed in and has just failed.
    const bool has_failed = legacy != nullptr && legacy->session().state == upstream_state::failed;
    return has_failed && !modern_.members().is_alive() ? legacy_ : modern_;
}

instance_pool& era_pools::primary() {
    return const_cast<instance_pool&>(std::as_const(*this).primary());
}

bool era_pools::is_leaving(const instance& one) const {
    const auto& own = one.session().speaks == era::modern ? modern_ : legacy_;
    return own.members().is_leaving(one);
}

std::string_view era_pools::key_of(const instance& one) const {
    const auto& own = one.session().speaks == era::modern ? modern_ : legacy_;
    return own.members().key_of(one);
}

void era_pools::set_wanted(bool is_wanted) {
    is_wanted_ = is_wanted;
    settle();
}

void era_pools::set_asking(bool has_asked) {
    has_asked_ = has_asked;
    settle();
}

void era_pools::settle() {
    legacy_.set_interactive(is_interactive(options_, has_asked_));
    const bool is_for_good = options_.start == start_policy::keep_alive;
    const auto* const first = &primary();
    modern_.set_kept(is_for_good || (first == &modern_ && is_wanted_));
    legacy_.set_kept(is_for_good || (first == &legacy_ && is_wanted_));
}

bool era_pools::move(instance& one, era spoken) {
    const bool is_moved = of(spoken).adopt(of(one.session().speaks), one);
    if (is_moved) settle();
    return is_moved;
}

void era_pools::on_state(const instance& one) {
    modern_.on_state(one);
    legacy_.on_state(one);
}

void era_pools::on_options() {
    settle();
    modern_.on_options();
    legacy_.on_options();
}

void era_pools::note_lists() {
    modern_.note_lists();
    legacy_.note_lists();
}

void era_pools::want_logs() {
    modern_.want_logs();
    legacy_.want_logs();
}

void era_pools::end_key(std::string_view key) {
    modern_.end_key(key);
    legacy_.end_key(key);
}

/// Servers of the modern era ask for roots within a call alone.
void era_pools::renew_roots(std::string_view key) {
    legacy_.renew_roots(key);
}

bool era_pools::has_stale_lists(clock_type::time_point now) const {
    const auto are_stale = [now](const instance_pool& pool) {
        return pool.members().first() != nullptr && pool.members().first()->offers().are_stale(now);
    };
    return are_stale(modern_) || are_stale(legacy_);
}

task<> era_pools::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                                abort_signal& abort) {
    for (auto* const pool : {&modern_, &legacy_}) {
        const auto first = pool->hold_first();
        if (first && first.on().offers().are_stale(now))
            co_await first.on().offers().refresh_stale(now, patience, abort);
    }
}

task<> era_pools::stop(abort_signal& abort) {
    modern_.begin_stop();
    legacy_.begin_stop();
    co_await modern_.stop(abort);
    co_await legacy_.stop(abort);
}

task<> era_pools::close() {
    modern_.begin_close();
    legacy_.begin_close();
    co_await modern_.close();
    co_await legacy_.close();
}

} // namespace mcpgw
