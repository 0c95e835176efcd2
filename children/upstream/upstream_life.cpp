// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream_life.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes kept_start_time{10}; // for one start of a kept server
constexpr std::chrono::seconds look_again{30};      // when nothing tells of a change
constexpr int eras_tried_max = 3; // the probe, the other era, and once more where it was wrong
constexpr std::chrono::milliseconds kept_pause{100}; // between starts of a kept server, at least

} // namespace

upstream_life::upstream_life(const child_context& context, const child_options& options,
                             task_group& work, era_pools& pools, const known_eras& eras,
                             restart_policy& restarts)
    : options_(options)
    , tasks_(work)
    , pools_(pools)
    , eras_(eras)
    , restarts_(restarts)
    , changed_(context.ex) {}

fault upstream_life::defect() const {
    return {errc::server_failed,
            fmt::format("server '{}' is not started: {}", options_.name, options_.defect)};
}

task<result<instance_pool*>> upstream_life::ready(era wanted, clock_type::time_point deadline,
                                                  abort_signal& abort) {
    if (!options_.defect.empty()) co_return defect();
    is_stop_wanted_ = false;
    result<void> started;
    std::string first_words; // what it said to server/discover, if that proved nothing
    for (int tried = 0; tried < eras_tried_max && !is_closed_; ++tried) {
        const auto known = pools_.verdict();
        auto& pool = pools_.of(known ? known->best_for(wanted) : era::modern);
        pool.resume();
        if (!pool.has_running()) {
            const auto chosen = pool.hold_lister();
            chosen.on().agreement().trust_era(known.has_value());
            started = co_await chosen.on().life().ensure_running(deadline, abort);
        }
        if (!started.has_error()) {
            pools_.settle();
            keep_if_wanted();
            // One that found out on the way that it speaks the other era is in the other pool.
            auto& other = pools_.other_than(pool);
            co_return pool.has_running() || !other.has_running() ? &pool : &other;
        }
        if (abort.reason()) break;
        const bool is_other_era = started.error().code == errc::method_not_found;
        // The instance was closed, and not the server: another one has taken its place.
        const bool is_replaced = started.error().code == errc::gateway_stopping;
        if (!is_other_era && !is_replaced) break;
        const auto* const believed = eras_.last();
        if (is_other_era && believed != nullptr && believed->is_guess)
            first_words = started.error().message();
        started = result<void>{};
    }
    if (is_closed_)
        co_return fault{errc::gateway_stopping,
                        fmt::format("server '{}' has been shut down", options_.name)};
    if (!started.has_error())
        co_return fault{
            errc::server_failed,
            fmt::format("server '{}' speaks neither era of the protocol", options_.name)};
    auto reason = started.error();
    if (!first_words.empty() && first_words != reason.message())
        reason.detail = fmt::format("{} (server/discover before that: {}; `era` names the era of a "
                                    "server that is known)",
                                    reason.message(), first_words);
    co_return reason;
}

task<result<void>> upstream_life::ensure_running(clock_type::time_point deadline,
                                                 abort_signal& abort) {
    if (pools_.primary().has_running()) co_return result<void>{};
    const auto started = co_await ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    co_return result<void>{};
}

task<result<void>> upstream_life::ensure_running(clock_type::time_point deadline) {
    abort_signal never;
    const auto started = co_await ensure_running(deadline, never);
    co_return started;
}

void upstream_life::keep_running() {
    is_kept_ = true;
    pools_.set_wanted(is_wanted());
    keep_if_wanted();
}

void upstream_life::let_rest() {
    is_kept_ = false;
    pools_.set_wanted(is_wanted());
    changed_.notify_all();
}

void upstream_life::set_watched(bool is_watched) {
    is_watched_ = is_watched;
    pools_.set_wanted(is_wanted());
}

void upstream_life::keep_if_wanted() {
    if (!is_wanted() || is_keeping_ || is_closed_ || !options_.defect.empty()) return;
    auto work = keep(); // first: where there is no memory for it, no flag may stay set
    is_keeping_ = true; // it may end before spawn() returns
    if (!tasks_.spawn(std::move(work))) is_keeping_ = false;
}

task<> upstream_life::keep() {
    const on_scope_exit finish{[this] {
        is_keeping_ = false;
    }};
    abort_signal never;
    is_stop_wanted_ = false;
    while (is_wanted() && !is_stop_wanted_ && !is_closed_) {
        auto until = clock_type::now() + look_again;
        if (!pools_.primary().has_running()) {
            const auto started =
                co_await ready(era::modern, clock_type::now() + kept_start_time, never);
            if (!started.has_error()) continue;
            until = std::max(restarts_.retry_at(), clock_type::now() + kept_pause);
        }
        if (is_stop_wanted_ || is_closed_) break;
        co_await changed_.wait_until(until);
    }
}

task<> upstream_life::stop() {
    abort_signal never;
    co_await stop(never);
}

task<> upstream_life::stop(abort_signal& abort) {
    is_stop_wanted_ = true;
    restarts_.reset(); // whoever stops it by hand may start it again at once
    co_await pools_.stop(abort);
}

void upstream_life::begin_close() {
    is_closed_ = true;
    is_kept_ = false;
    is_watched_ = false;
    changed_.notify_all();
}

} // namespace mcpgw
