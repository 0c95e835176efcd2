// SPDX-License-Identifier: Apache-2.0
#include "children/registry/listing_starts.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes first_start_time{10}; // far more than a start may take

} // namespace

void listing_starts::begin(const upstream_ref& c) {
    wanted_since_.try_emplace(c.get(), clock_type::now());
    if (is_closing_ || !starting_.insert(c.get()).second) return; // before: it may end in spawn()
    if (!tasks_.spawn(start_one(c))) starting_.erase(c.get());
}

/// A failure is told where the server is used; the list goes on without it.
task<> listing_starts::start_one(upstream_ref c) {
    const on_scope_exit finish{[this, &c] {
        starting_.erase(c.get());
        told_.notify_all();
    }};
    co_await c->life().ensure_running(clock_type::now() + first_start_time);
}

task<bool> listing_starts::wait_for_one(std::vector<upstream_ref> which,
                                        std::chrono::milliseconds patience, abort_signal& abort) {
    if (abort.reason()) co_return false;
    const auto now = clock_type::now();
    auto until = now;
    for (const auto& c : which) {
        begin(c);
        if (starting_.contains(c.get())) until = std::max(until, wanted_since_[c.get()] + patience);
    }
    if (until <= now) co_return false;
    co_await told_.wait_until(until, abort);
    co_return !abort.reason();
}

} // namespace mcpgw
