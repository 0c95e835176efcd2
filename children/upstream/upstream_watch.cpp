// SPDX-License-Identifier: Apache-2.0
// Resources of a server whose changes somebody wants to hear of.
#include "children/upstream/upstream.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

bool upstream::is_being_asked_for(std::string_view uri) const {
    const auto entry = watched_.find(uri);
    return entry != watched_.end() && entry->second.is_being_asked;
}

task<result<void>> upstream::watch(std::string uri, abort_signal& abort) {
    ++watched_[uri].wanted;
    tell_pools();
    result<void> outcome;
    while (!is_closed_ && !abort.reason()) {
        const auto entry = watched_.find(uri); // others may have let go of it meanwhile
        if (entry == watched_.end()) break;
        if (entry->second.is_watched) co_return result<void>{};
        if (!entry->second.is_being_asked) {
            outcome = co_await ask_to_watch(uri, abort);
            if (outcome.has_error()) release_watch(uri);
            co_return outcome;
        }
        // What the server says to the other one is true for this one, too. Where nothing came of
        // it, it is asked once more: the other one may just have given up.
        while (is_being_asked_for(uri) && !is_closed_ && !abort.reason())
            co_await changed_.wait_until(clock_type::time_point::max(), abort);
    }
    release_watch(uri);
    if (abort.reason()) co_return *abort.reason();
    co_return fault{errc::gateway_stopping,
                    fmt::format("server '{}' has been shut down", options_.name)};
}

task<result<void>> upstream::ask_to_watch(std::string uri, abort_signal& abort) {
    watched_[uri].is_being_asked = true;
    result<void> outcome = fault{errc::internal_error};
    {
        const on_scope_exit tell{[this, &uri, &outcome] {
            if (const auto entry = watched_.find(uri); entry != watched_.end()) {
                entry->second.is_being_asked = false;
                entry->second.is_watched = !outcome.has_error();
            }
            changed_.notify_all();
        }};
        outcome = co_await update_watches(abort);
    }
    co_return outcome;
}

/// One less wants it.
void upstream::release_watch(std::string_view uri) {
    const auto entry = watched_.find(uri);
    if (entry == watched_.end() || --entry->second.wanted > 0) return;
    watched_.erase(entry);
    tell_pools();
}

task<> upstream::unwatch(std::string uri) {
    release_watch(uri);
    if (watched_.contains(uri)) co_return;
    // Nothing is started for that.
    watch_beside();
    if (const auto first = primary().hold_first()) co_await first.on().watch(watched_uris());
}

std::set<std::string> upstream::watched_uris() const {
    std::set<std::string> uris;
    for (const auto& [uri, entry] : watched_) uris.insert(uri);
    return uris;
}

/// A server that has a process in the other era, too, tells there of what is done there.
void upstream::watch_beside() {
    const bool is_for_all = options_.pool.share == sharing::shared; // else it is somebody's own
    if (!is_for_all || is_watching_beside_) return;                 // it looks again
    is_watching_beside_ = true;
    if (!tasks_.spawn(keep_beside())) is_watching_beside_ = false;
}

task<> upstream::keep_beside() {
    const on_scope_exit finish{[this] {
        is_watching_beside_ = false;
    }};
    std::set<std::string> told;
    for (auto wanted = watched_uris(); !is_closed_ && wanted != told; wanted = watched_uris()) {
        told = wanted;
        auto& other = &primary() == &modern_ ? legacy_ : modern_;
        const auto first = other.hold_first();
        // What it refuses is the answer of the first one: nobody waits for this.
        if (first) co_await first.on().watch(std::move(wanted));
    }
}

/// One instance of each era hears of changes for all clients: the one whose lists are offered, and
/// where there is another, which counts for nothing but its news, that.
task<result<void>> upstream::update_watches(abort_signal& abort) {
    const auto deadline = clock_type::now() + options_.start_wait();
    const auto started = co_await ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    const auto lister = (*started)->hold_lister();
    const auto outcome = co_await lister.on().watch(watched_uris());
    watch_beside();
    co_return outcome;
}

} // namespace mcpgw
