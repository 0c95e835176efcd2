// SPDX-License-Identifier: Apache-2.0
#include "children/instance/instance_life.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds look_again{10};          // when nothing tells of a change
constexpr std::chrono::seconds patience_max{1};         // of a call that finds its server at rest
constexpr std::chrono::milliseconds unready_grace{600}; // to end, for what is closed in its start

} // namespace

void instance_life::set_state(upstream_state state) {
    session_.state = state;
    session_.changed.notify_all();
    host_.on_state();
}

void instance_life::fail(fault reason, clock_type::duration ran) {
    last_fault_ = std::move(reason);
    const auto now = clock_type::now();
    const std::string message{last_fault_.message()};
    const auto again = restarts_.on_failure(now, ran, message);
    const bool is_named = message.starts_with("server '");
    session_.context.log->warning(
        "{}{}; next start in {} ms at the earliest{}",
        is_named ? "" : fmt::format("server '{}': ", session_.options.name), message,
        std::chrono::ceil<std::chrono::milliseconds>(again - now).count(),
        restarts_.has_given_up() ? ", for it failed too often" : "");
}

void instance_life::start() {
    session_.is_stop_wanted = false;
    is_alive_ = true;
    has_agreed_ = false;
    ends_as_.reset();
    ++lives_;
    starting_since_ = clock_type::now();
    host_.on_start();
    set_state(upstream_state::starting);
    bool is_begun = false;
    try {
        is_begun = session_.tasks.spawn(run());
    } catch (const std::bad_alloc&) {
    }
    if (is_begun) return;
    ++attempts_ended_; // nobody may wait for it
    is_alive_ = false;
    fail({errc::internal_error,
          fmt::format("server '{}': no memory, or no room, for its start", session_.options.name)},
         {});
    set_state(upstream_state::failed);
}

task<> instance_life::run() {
    bool has_concluded = false;
    // Where there is no memory to go on it ends here: nobody may wait for this start for ever.
    const on_scope_exit break_off{[this, &has_concluded] {
        if (has_concluded) return;
        ++attempts_ended_;
        is_alive_ = false;
        if (session_.connection) session_.connection->stop();
        session_.connection.reset();
        host_.on_connection_lost();
        set_state(upstream_state::failed);
    }};
    running_since_ = {};
    result<void> outcome;
    try {
        outcome = co_await run_once();
    } catch (const std::exception& e) { // else everybody would wait for this start for ever
        outcome = fault{errc::internal_error, fmt::format("server '{}': unexpected exception: {}",
                                                          session_.options.name, e.what())};
        if (session_.connection) session_.connection->stop();
        session_.connection.reset();
        host_.on_connection_lost();
    }
    const auto ran = running_since_ == clock_type::time_point{}
                         ? clock_type::duration::zero()
                         : clock_type::now() - running_since_;
    const bool is_wanted = !session_.is_stop_wanted && !session_.is_closed;
    const bool is_excused = host_.is_excused();
    const bool has_failed = outcome.has_error() && is_wanted && !is_excused;
    ++attempts_ended_;
    is_alive_ = false; // first: whatever fails here, nobody waits for it any more
    has_concluded = true;
    try {
        if (has_failed) fail(outcome.error(), ran);
    } catch (const std::bad_alloc&) {
    }
    set_state(has_failed ? upstream_state::failed : upstream_state::stopped);
}

/// Separate from link::run(), so that whoever waits for a change of ours learns of the end.
task<> instance_life::run_link(std::shared_ptr<link> peer) {
    bool has_ended = false;
    // The same; but what the link has begun still runs, and must be waited for.
    const on_scope_exit again{[this, peer, &has_ended] {
        if (has_ended) return;
        peer->stop();
        session_.tasks.spawn(run_link(peer));
    }};
    try {
        co_await peer->run();
    } catch (const std::exception& e) {
        session_.context.log->error("server '{}': unexpected exception: {}", session_.options.name,
                                    e.what());
        if (session_.connection == peer) session_.connection.reset(); // it tells no end
    }
    has_ended = true;
    session_.changed.notify_all();
}

/// One life of the connection. An error is why it ended, unless we ended it.
task<result<void>> instance_life::run_once() {
    auto opened = host_.open();
    if (opened.has_error()) co_return opened.error();
    ++starts_;
    auto peer = *opened;
    auto connected = run_link(peer); // first: where there is no memory for it, nothing has begun
    session_.connection = peer;
    if (!session_.tasks.spawn(std::move(connected))) {
        session_.connection.reset();
        co_return fault{errc::internal_error, fmt::format("server '{}': no room for its connection",
                                                          session_.options.name)};
    }
    auto ready = co_await host_.greet(peer);
    if (ready.has_error()) {
        peer->stop();
    } else {
        has_agreed_ = true;
        restarts_.on_agreed();
        if (!peer->has_ended() && !session_.is_stop_wanted) {
            running_since_ = clock_type::now();
            set_state(upstream_state::running);
            host_.on_running(peer);
        }
    }
    while (session_.goes_on(peer))
        co_await session_.changed.wait_until(clock_type::now() + look_again);
    session_.connection.reset();
    host_.on_connection_lost();
    if (ready.has_error()) co_return ready.error();
    if (ends_as_) co_return *ends_as_;
    co_return peer->end_reason();
}

task<result<void>> instance_life::wait_rest(clock_type::time_point deadline, abort_signal& abort) {
    while (!abort.reason() && !session_.is_closed && !is_alive_ &&
           restarts_.is_resting(clock_type::now())) {
        const auto again = restarts_.retry_at();
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(again - clock_type::now());
        // The first call after a crash just takes a little longer; a server that keeps failing is
        // reported at once.
        const auto& rules = session_.options.restart;
        const bool is_short = wait <= std::min<clock_type::duration>(rules.base, patience_max);
        const bool may_wait =
            rules.calls == rest_policy::wait || (rules.calls == rest_policy::automatic && is_short);
        if (!may_wait || again >= deadline)
            co_return fault{errc::server_failed,
                            fmt::format("{} (next start in {} ms at the earliest)",
                                        restarts_.reason(), wait.count()),
                            fmt::format(R"({{"retryAfterMs":{}}})", wait.count())};
        co_await session_.changed.wait_until(again, abort);
    }
    if (abort.reason()) co_return *abort.reason();
    co_return result<void>{};
}

task<result<void>> instance_life::ensure_running(clock_type::time_point deadline,
                                                 abort_signal& abort) {
    // A process that is on its way out is waited for, and then another one is started.
    bool is_ending = is_alive_ && session_.is_stop_wanted;
    while (!session_.is_closed) {
        if (session_.is_running()) co_return result<void>{};
        auto rested = co_await wait_rest(deadline, abort);
        if (rested.has_error()) co_return rested;
        if (session_.is_running() || session_.is_closed) continue;
        const auto attempts_before = attempts_ended_;
        if (!is_alive_) {
            is_ending = false;
            start();
        }
        // A program that is not there fails before start() returns: nothing is to be waited for.
        if (attempts_ended_ == attempts_before) {
            const bool was_notified = co_await session_.changed.wait_until(deadline, abort);
            if (abort.reason() && !session_.is_running()) co_return *abort.reason();
            if (!was_notified && !session_.is_running())
                co_return fault{
                    errc::call_timed_out,
                    fmt::format("server '{}' did not become ready in time; what a start may "
                                "take is set by `start_timeout`, what a call may by `timeout` and "
                                "`total_timeout`",
                                session_.options.name)};
        }
        if (attempts_ended_ == attempts_before || session_.is_closed) continue;
        if (std::exchange(is_ending, false)) continue;
        if (auto excuse = host_.excuse()) co_return std::move(*excuse);
        if (session_.state == upstream_state::failed)
            co_return fault{errc::server_failed, std::string{last_fault_.message()}};
        // Whoever stopped it does not want it to be started again by those that wait.
        if (session_.state == upstream_state::stopped)
            co_return fault{errc::connection_lost,
                            fmt::format("server '{}' was stopped", session_.options.name)};
    }
    co_return fault{errc::gateway_stopping,
                    fmt::format("server '{}' has been shut down", session_.options.name)};
}

task<> instance_life::wait_end_of(std::shared_ptr<link> peer, clock_type::time_point deadline,
                                  abort_signal& abort) {
    while (session_.connection == peer && clock_type::now() < deadline && !abort.reason())
        co_await session_.changed.wait_until(deadline, abort);
}

void instance_life::begin_stop() {
    session_.is_stop_wanted = true;
    if (session_.connection) session_.connection->stop();
    if (!is_alive_ && session_.state == upstream_state::failed) set_state(upstream_state::stopped);
    session_.changed.notify_all();
}

void instance_life::end_as(fault failure) {
    if (!session_.connection || session_.is_stop_wanted) return;
    ends_as_ = std::move(failure);
    session_.connection->stop();
}

task<> instance_life::stop() {
    begin_stop();
    const auto life = lives_; // somebody may start the next one at once: not ours to wait for
    while (is_alive_ && lives_ == life)
        co_await session_.changed.wait_until(clock_type::now() + look_again);
    if (lives_ == life && session_.state != upstream_state::not_started)
        set_state(upstream_state::stopped);
}

void instance_life::begin_close() {
    session_.is_closed = true;
    if (session_.connection && session_.state == upstream_state::starting)
        session_.connection->stop(unready_grace);
    begin_stop();
}

void instance_life::set_sick(fault reason) {
    last_fault_ = std::move(reason);
    set_state(upstream_state::unhealthy);
}

void instance_life::set_well() {
    set_state(upstream_state::running);
}

task<> instance_life::close() {
    begin_close();
    co_await stop();
    co_await session_.tasks.wait_all();
}

} // namespace mcpgw
