// SPDX-License-Identifier: Apache-2.0
#include "transports/async/deadline_timer.hpp"

#include <utility>

namespace mcpgw {

deadline_timer::~deadline_timer() {
    clear();
    state_->clock.cancel();
}

void deadline_timer::set(clock_type::time_point when, std::function<void()> act) {
    state_->when = when;
    state_->act = std::move(act);
    if (when < state_->fires_at) run(state_);
}

void deadline_timer::run(const std::shared_ptr<state>& s) {
    s->fires_at = s->when;
    s->clock.expires_at(s->when); // ends the wait before, if there is one
    s->clock.async_wait([s](const boost::system::error_code& ec) {
        if (ec) return; // another wait has taken its place, or we are gone
        s->fires_at = clock_type::time_point::max();
        if (!s->act) return;
        if (clock_type::now() < s->when) return run(s);
        std::exchange(s->act, nullptr)();
    });
}

} // namespace mcpgw
