// SPDX-License-Identifier: Apache-2.0
// Whether a running instance still answers.
#include "children/instance/instance.hpp"

#include <fmt/format.h>

namespace mcpgw {

/// `ping` in the legacy era (2025-11-25, basic/utilities/ping: "The receiver MUST respond
/// promptly"); the modern one has none, and server/discover is what every server implements
/// (2026-07-28, server/discover). An error is an answer too.
task<bool> instance::answers(std::shared_ptr<link> peer) {
    const auto question = era_ == era::modern ? method::discover : method::ping;
    auto check = own_call(question, options_.health.timeout);
    abort_signal never;
    const auto answer = co_await peer->call(check, spoken_, nullptr, never);
    co_return !answer.has_error();
}

task<> instance::watch_health(std::shared_ptr<link> peer) {
    health_watch watch{options_.health, clock_type::now()};
    auto heard = peer->messages_heard();
    health_checks_ = health_misses_ = 0;
    while (link_ == peer && !peer->has_ended() && !is_stop_wanted_) {
        if (clock_type::now() < watch.due()) {
            co_await changed_.wait_until(watch.due());
            continue;
        }
        const bool has_spoken = peer->messages_heard() != heard;
        heard = peer->messages_heard();
        if (watch.look(clock_type::now(), has_spoken)) {
            const bool is_well = co_await answers(peer);
            ++health_checks_;
            if (link_ != peer || peer->has_ended() || is_stop_wanted_) break;
            // It may have said something else meanwhile.
            if (is_well || peer->messages_heard() != heard)
                watch.on_sign(clock_type::now());
            else
                watch.on_miss(clock_type::now());
            heard = peer->messages_heard();
        }
        health_misses_ = watch.misses();
        const bool is_sick = watch.is_unhealthy();
        if (is_sick && state_ == upstream_state::running) {
            last_fault_ = {errc::server_failed,
                           fmt::format("server '{}' runs and did not answer {} checks of its "
                                       "health in a row (health.interval, health.misses_max)",
                                       options_.name, health_misses_)};
            context_.log->warning("{}", last_fault_.message());
            set_state(upstream_state::unhealthy);
        } else if (!is_sick && state_ == upstream_state::unhealthy) {
            context_.log->info("server '{}' answers again", options_.name);
            set_state(upstream_state::running);
        }
    }
}

} // namespace mcpgw
