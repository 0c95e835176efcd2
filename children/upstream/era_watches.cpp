// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/era_watches.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <set>
#include <utility>

namespace mcpgw {

era_watches::era_watches(const child_context& context, const child_options& options,
                         task_group& work, era_pools& pools, upstream_life& life)
    : options_(options)
    , tasks_(work)
    , pools_(pools)
    , life_(life)
    , wanted_(
          context.ex, options.name, [this](abort_signal& abort) { return update(abort); },
          [this] { life_.set_watched(!wanted_.empty()); }) {}

task<result<void>> era_watches::watch(std::string uri, abort_signal& abort) {
    return wanted_.add(std::move(uri), abort);
}

task<> era_watches::unwatch(std::string uri) {
    if (!wanted_.release(uri)) co_return;
    watch_beside();
    if (const auto first = pools_.primary().hold_first())
        co_await first.on().changes().watch(wanted_.uris());
}

task<result<void>> era_watches::update(abort_signal& abort) {
    const auto deadline = clock_type::now() + options_.start_wait();
    const auto started = co_await life_.ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    const auto lister = (*started)->hold_lister();
    const auto outcome = co_await lister.on().changes().watch(wanted_.uris());
    watch_beside();
    co_return outcome;
}

void era_watches::take_over(era_watches& from) {
    wanted_.take_over(from.wanted_);
    if (!wanted_.empty()) tasks_.spawn(ask_again());
}

/// What it refuses is not watched: those who wanted it were told of success by another process.
task<> era_watches::ask_again() {
    abort_signal never;
    co_await update(never);
}

void era_watches::watch_beside() {
    const bool is_for_all = options_.pool.share == sharing::shared; // else it is somebody's own
    if (!is_for_all || is_watching_beside_) return;                 // it looks again
    is_watching_beside_ = true;
    if (!tasks_.spawn(keep_beside())) is_watching_beside_ = false;
}

task<> era_watches::keep_beside() {
    const on_scope_exit finish{[this] {
        is_watching_beside_ = false;
    }};
    std::set<std::string> told;
    for (auto wanted = wanted_.uris(); !life_.is_closed() && wanted != told;
         wanted = wanted_.uris()) {
        told = wanted;
        const auto first = pools_.other_than(pools_.primary()).hold_first();
        // What it refuses is the answer of the first one: nobody waits for this.
        if (first) co_await first.on().changes().watch(std::move(wanted));
    }
}

} // namespace mcpgw
