// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream_uses.hpp"

namespace mcpgw {

task<> upstream_uses::drain(abort_signal& abort) {
    constexpr std::chrono::seconds look_again{1}; // a call that waits for its client tells nobody
    const auto deadline = clock_type::now() + options_.pool.drain_timeout;
    while ((visits_ > 0 || places_.has_calls()) && !abort.reason()) {
        const auto now = clock_type::now();
        if (now >= deadline && !pools_.has_parked()) break;
        const auto until = now < deadline ? deadline : now + look_again;
        co_await released_.wait_until(until, abort);
    }
}

task<> upstream_uses::wait_unused(abort_signal& abort) {
    while ((users_ > 0 || places_.has_calls()) && !abort.reason())
        co_await released_.wait_until(clock_type::time_point::max(), abort);
}

} // namespace mcpgw
