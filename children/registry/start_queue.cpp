// SPDX-License-Identifier: Apache-2.0
#include "children/registry/start_queue.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

void start_queue::start(std::deque<upstream*> upstreams, std::size_t at_once_max) {
    warming_ = std::move(upstreams);
    to_start_ = warming_;
    const auto count = std::min(at_once_max, warming_.size());
    for (std::size_t i = 0; i < count; ++i) tasks_.spawn(run());
}

/// One start after the other.
task<> start_queue::run() {
    while (!to_start_.empty()) {
        auto& c = *to_start_.front();
        to_start_.pop_front();
        const on_scope_exit finish{[this, &c] {
            std::erase(warming_, &c);
        }};
        log_.info("server '{}' is being started", c.name());
        c.life().keep_running();
        co_await c.life().ensure_running(clock_type::now() + c.options().start_wait());
    }
}

} // namespace mcpgw
