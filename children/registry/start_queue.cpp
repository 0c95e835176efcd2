// SPDX-License-Identifier: Apache-2.0
#include "children/registry/start_queue.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

void start_queue::start(std::deque<upstream_ref> upstreams, std::size_t at_once_max) {
    for (auto& c : upstreams) {
        if (std::ranges::find(warming_, c) != warming_.end()) continue;
        warming_.push_back(c);
        to_start_.push_back(std::move(c));
    }
    while (running_ < std::min(at_once_max, warming_.size()) && !to_start_.empty()) {
        auto work = run(); // first: without memory for it, nothing is counted
        ++running_;
        if (!tasks_.spawn(std::move(work))) {
            --running_;
            break;
        }
    }
}

void start_queue::forget(const upstream& one) {
    const auto is_it = [&one](const upstream_ref& each) {
        return each.get() == &one;
    };
    std::erase_if(warming_, is_it);
    std::erase_if(to_start_, is_it);
}

/// One start after the other.
task<> start_queue::run() {
    const on_scope_exit end{[this] {
        --running_;
    }};
    while (!to_start_.empty()) {
        const auto c = to_start_.front();
        to_start_.pop_front();
        const on_scope_exit finish{[this, &c] {
            std::erase(warming_, c);
        }};
        log_.info("server '{}' is being started", c->name());
        c->life().keep_running();
        co_await c->life().ensure_running(clock_type::now() + c->options().start_wait());
    }
}

} // namespace mcpgw
