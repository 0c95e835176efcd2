// SPDX-License-Identifier: Apache-2.0
// Starting a server, in the era that fits.
#include "children/upstream/upstream.hpp"

#include "children/process/package_runner.hpp"
#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes kept_start_time{10}; // for one start of a kept server
constexpr std::chrono::seconds look_again{30};      // when nothing tells of a change
constexpr int eras_tried_max = 3; // the probe, the other era, and once more where it was wrong
constexpr std::chrono::milliseconds kept_pause{100}; // between starts of a kept server, at least

} // namespace

fault upstream::defect() const {
    return {errc::server_failed,
            fmt::format("server '{}' is not started: {}", options_.name, options_.defect)};
}

task<result<instance_pool*>> upstream::ready(era wanted, clock_type::time_point deadline,
                                             abort_signal& abort) {
    if (!options_.defect.empty()) co_return defect();
    is_stop_wanted_ = false;
    result<void> started;
    std::string first_words; // what it said to server/discover, if that proved nothing
    for (int tried = 0; tried < eras_tried_max && !is_closed_; ++tried) {
        const auto known = verdict();
        auto& pool = of(known ? known->best_for(wanted) : era::modern);
        pool.resume();
        if (!pool.has_running()) {
            const auto chosen = pool.hold_lister();
            chosen.on().agreement().trust_era(known.has_value());
            started = co_await chosen.on().life().ensure_running(deadline, abort);
        }
        if (!started.has_error()) {
            tell_pools();
            keep_if_wanted();
            // One that found out on the way that it speaks the other era is in the other pool.
            auto& other = &pool == &modern_ ? legacy_ : modern_;
            co_return pool.has_running() || !other.has_running() ? &pool : &other;
        }
        if (abort.reason()) break;
        const bool is_other_era = started.error().code == errc::method_not_found;
        // The instance was closed, and not the server: another one has taken its place.
        const bool is_replaced = started.error().code == errc::gateway_stopping;
        if (!is_other_era && !is_replaced) break;
        const auto* const believed = eras_.last();
        if (is_other_era && believed != nullptr && believed->is_guess)
            first_words = started.error().message();
        started = result<void>{};
    }
    if (is_closed_)
        co_return fault{errc::gateway_stopping,
                        fmt::format("server '{}' has been shut down", options_.name)};
    if (!started.has_error())
        co_return fault{
            errc::server_failed,
            fmt::format("server '{}' speaks neither era of the protocol", options_.name)};
    auto reason = started.error();
    if (!first_words.empty() && first_words != reason.message())
        reason.detail = fmt::format("{} (server/discover before that: {}; `era` names the era of a "
                                    "server that is known)",
                                    reason.message(), first_words);
    co_return reason;
}

task<result<void>> upstream::ensure_running(clock_type::time_point deadline, abort_signal& abort) {
    if (primary().has_running()) co_return result<void>{};
    const auto started = co_await ready(era::modern, deadline, abort);
    if (started.has_error()) co_return started.error();
    co_return result<void>{};
}

task<result<void>> upstream::ensure_running(clock_type::time_point deadline) {
    abort_signal never;
    const auto started = co_await ensure_running(deadline, never);
    co_return started;
}

bool upstream::may_have_more(const caller& who) const {
    if (who.speaks != era::legacy || !who.may_be_asked || options_.only_era) return false;
    // Before the first start nobody knows: where it turns out to be so, the call finds out.
    const auto known = verdict();
    return !known || (known->is_modern && known->may_be_legacy);
}

/// Servers on the Python SDK 2.x name 2026-07-28 alone, take `initialize` in a process that has
/// seen nothing else, and have tools that ask their client in the legacy way alone. Many callers
/// wait for one attempt.
task<> upstream::try_initialize(clock_type::time_point deadline) {
    const auto known = verdict();
    if (!known || !known->is_modern || !known->may_be_legacy) co_return;
    while (is_trying_ && !is_closed_) {
        const bool was_notified = co_await changed_.wait_until(deadline);
        if (!was_notified) co_return;
    }
    if (!eras_.must_try_legacy() || is_closed_) co_return;
    legacy_.resume();
    const auto held = legacy_.hold_lister();
    auto& first = held.on();
    first.agreement().try_out();
    abort_signal never;
    result<void> started;
    {
        is_trying_ = true;
        const on_scope_exit finish{[this] {
            is_trying_ = false;
        }};
        started = co_await first.life().ensure_running(deadline, never);
    }
    const bool is_taken = !started.has_error();
    // A remote server without sessions, or one that answers in plain JSON, cannot ask in this era;
    // by results of the modern one it can.
    const auto& peer = first.session().connection;
    const bool is_better = is_taken && peer && peer->carries_questions();
    // Whoever stopped it, or had no more time, has not found out.
    const bool is_known = is_taken || (!is_stop_wanted_ && clock_type::now() < deadline);
    if (is_known && !is_closed_) {
        eras_.note_trial(is_better, clock_type::now());
        tell_pools();
        events_.on_lists_changed(*this); // it is worth to be remembered
        context_.log->info("server '{}' names 2026-07-28 alone and {}", options_.name,
                           is_better  ? "takes initialize too: clients of older revisions that it "
                                        "may ask speak to it in their own era"
                           : is_taken ? "takes initialize too, but cannot ask questions that way"
                                      : "takes no initialize");
        if (is_taken && !is_better) first.life().begin_stop();
    }
    changed_.notify_all();
}

void upstream::keep_running() {
    is_kept_ = true;
    tell_pools();
    keep_if_wanted();
}

void upstream::keep_if_wanted() {
    if (!is_wanted() || is_keeping_ || is_closed_ || !options_.defect.empty()) return;
    auto work = keep(); // first: where there is no memory for it, no flag may stay set
    is_keeping_ = true; // it may end before spawn() returns
    if (!tasks_.spawn(std::move(work))) is_keeping_ = false;
}

task<> upstream::keep() {
    const on_scope_exit finish{[this] {
        is_keeping_ = false;
    }};
    abort_signal never;
    is_stop_wanted_ = false;
    while (is_wanted() && !is_stop_wanted_ && !is_closed_) {
        auto until = clock_type::now() + look_again;
        if (!primary().has_running()) {
            const auto started =
                co_await ready(era::modern, clock_type::now() + kept_start_time, never);
            if (!started.has_error()) continue;
            until = std::max(restarts_.retry_at(), clock_type::now() + kept_pause);
        }
        if (is_stop_wanted_ || is_closed_) break;
        co_await changed_.wait_until(until);
    }
}

std::optional<std::string> upstream::start_note(clock_type::time_point now) const {
    const instance* starting = nullptr;
    const auto look = [&starting](const instance_pool::member_status& of) {
        if (of.who->life().starting_since()) starting = of.who;
    };
    legacy_.for_each(look);
    modern_.for_each(look);
    if (starting == nullptr) {
        if (!restarts_.is_resting(now)) return std::nullopt;
        const auto rest = std::chrono::ceil<std::chrono::seconds>(restarts_.retry_at() - now);
        return fmt::format("server '{}' failed and is started again in {} s", options_.name,
                           rest.count());
    }
    const auto time =
        std::chrono::duration_cast<std::chrono::seconds>(now - *starting->life().starting_since());
    auto note = fmt::format("starting server '{}', {} s", options_.name, time.count());
    const auto runner = package_runner(options_.command, options_.args);
    if (runner.empty()) return note;
    const auto last = starting->last_words().last_line();
    return note +
           fmt::format("; {} may still be downloading{}{}", runner, last.empty() ? "" : ": ", last);
}

} // namespace mcpgw
