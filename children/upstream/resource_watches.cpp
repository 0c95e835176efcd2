// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/resource_watches.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

bool resource_watches::is_being_asked_for(std::string_view uri) const {
    const auto entry = watched_.find(uri);
    return entry != watched_.end() && entry->second.is_being_asked;
}

task<result<void>> resource_watches::add(std::string uri, abort_signal& abort) {
    ++watched_[uri].wanted;
    on_change_();
    result<void> outcome;
    while (!is_closed_ && !abort.reason()) {
        const auto entry = watched_.find(uri); // others may have let go of it meanwhile
        if (entry == watched_.end()) break;
        if (entry->second.is_watched) co_return result<void>{};
        if (!entry->second.is_being_asked) {
            outcome = co_await ask_for(uri, abort);
            if (is_taken_over_) co_return result<void>{};
            if (outcome.has_error()) release(uri);
            co_return outcome;
        }
        // What the server says to the other one is true for this one, too. Where nothing came of
        // it, it is asked once more: the other one may just have given up.
        while (is_being_asked_for(uri) && !is_closed_ && !abort.reason())
            co_await changed_.wait_until(clock_type::time_point::max(), abort);
    }
    if (is_taken_over_) co_return result<void>{};
    release(uri);
    if (abort.reason()) co_return *abort.reason();
    co_return fault{errc::gateway_stopping, fmt::format("server '{}' has been shut down", server_)};
}

task<result<void>> resource_watches::ask_for(std::string uri, abort_signal& abort) {
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
        outcome = co_await ask_(abort);
    }
    co_return outcome;
}

bool resource_watches::release(std::string_view uri) {
    const auto entry = watched_.find(uri);
    if (entry == watched_.end() || --entry->second.wanted > 0) return false;
    watched_.erase(entry);
    on_change_();
    return true;
}

void resource_watches::take_over(resource_watches& from) {
    for (const auto& [uri, entry] : from.watched_) watched_[uri].wanted += entry.wanted;
    from.is_taken_over_ = true;
    from.close();
    from.on_change_();
    on_change_();
}

std::set<std::string> resource_watches::uris() const {
    std::set<std::string> all;
    for (const auto& [uri, entry] : watched_) all.insert(uri);
    return all;
}

void resource_watches::close() {
    is_closed_ = true;
    watched_.clear();
    changed_.notify_all();
}

} // namespace mcpgw
