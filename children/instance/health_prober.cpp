// SPDX-License-Identifier: Apache-2.0
#include "children/instance/health_prober.hpp"

namespace mcpgw {

/// `ping` in the legacy era (2025-11-25, basic/utilities/ping: "The receiver MUST respond
/// promptly"); the modern one has none, and server/discover is what every server implements
/// (2026-07-28, server/discover). An error is an answer too.
task<bool> health_prober::is_answered(std::shared_ptr<link> peer) {
    const auto question = session_.speaks == era::modern ? method::discover : method::ping;
    auto check = own_call(question, session_.options.health.timeout);
    abort_signal never;
    const auto answer = co_await peer->call(check, session_.spoken, nullptr, never);
    co_return !answer.has_error();
}

task<> health_prober::run(std::shared_ptr<link> peer) {
    health_watch watch{session_.options.health, clock_type::now()};
    auto heard = peer->messages_heard();
    checks_ = misses_ = 0;
    while (session_.goes_on(peer) && !session_.is_stop_wanted) {
        if (clock_type::now() < watch.due()) {
            co_await session_.changed.wait_until(watch.due());
            continue;
        }
        const bool has_spoken = peer->messages_heard() != heard;
        heard = peer->messages_heard();
        if (watch.look(clock_type::now(), has_spoken)) {
            const bool is_well = co_await is_answered(peer);
            ++checks_;
            if (!session_.goes_on(peer) || session_.is_stop_wanted) break;
            // It may have said something else meanwhile.
            if (is_well || peer->messages_heard() != heard)
                watch.on_sign(clock_type::now());
            else
                watch.on_miss(clock_type::now());
            heard = peer->messages_heard();
        }
        misses_ = watch.misses();
        const bool is_sick = watch.is_unhealthy();
        if (is_sick && session_.state == upstream_state::running)
            owner_.on_sick(misses_);
        else if (!is_sick && session_.state == upstream_state::unhealthy)
            owner_.on_well();
    }
}

} // namespace mcpgw
