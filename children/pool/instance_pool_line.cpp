// SPDX-License-Identifier: Apache-2.0
// The line of those that wait for a place.
#include "children/pool/instance_pool.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds parked_grace{2};    // for people, before others need the process
constexpr std::chrono::milliseconds hint_min{100}; // of "try again in"
constexpr std::chrono::milliseconds hint_max{30000};

} // namespace

fault instance_pool::busy(std::string_view what) const {
    const auto hint = std::clamp(usual_wait_, hint_min, hint_max);
    const auto running = std::ranges::count_if(
        members_, [](const auto& m) { return !m->is_leaving && m->who->is_running(); });
    return {errc::server_busy,
            fmt::format("server '{}' has more to do than its {} instance{} can take: {}; try again "
                        "in about {} ms",
                        options_.name, running, running == 1 ? "" : "s", what, hint.count()),
            fmt::format(R"({{"retryAfterMs":{}}})", hint.count())};
}

/// When the next of the calls that could still ask has had time enough to do so.
clock_type::time_point instance_pool::next_seat(clock_type::time_point now) const {
    auto next = clock_type::time_point::max();
    for (const auto& m : members_)
        if (m->unproven > 0 && m->unproven_until > now) next = std::min(next, m->unproven_until);
    return next;
}

task<result<instance_pool::member*>> instance_pool::wait_in_line(pool_request request,
                                                                 abort_signal& abort) {
    if (is_closed_) co_return is_shut_down();
    if (line_.size() >= options_.pool.queue_max) {
        request.is_urgent = true; // rather the risk of a question that is not certain than no call
        if (auto* const chosen = choose(request, true)) co_return chosen;
        co_return busy("as many calls wait as may (instances.queue_max)");
    }
    const auto since = clock_type::now();
    const auto deadline = std::min(since + options_.pool.queue_timeout, request.deadline);
    const auto seat_until = since + options_.question_hold_timeout;
    auto patient_until = since + parked_grace;
    const auto own = line_.insert(line_.end(), waiter{request.key, request.may_be_asked});
    member* chosen = nullptr;
    {
        const on_scope_exit leave_line{[this, own] {
            line_.erase(own);
            freed_.notify_all(); // the next one is the first now
        }};
        for (auto now = since;;) {
            if (now >= deadline || abort.reason() || is_closed_) break;
            // Nobody must wait for people: who never comes back with the answers would block the
            // rest.
            if (is_interactive_ && now >= patient_until) {
                let_oldest_parked_give_way();
                patient_until = now + parked_grace;
            }
            // Urgent at the last look: what has become so since then looks again at once.
            auto look_at = is_interactive_ ? std::min(deadline, patient_until) : deadline;
            if (!request.is_urgent) look_at = std::min({look_at, seat_until, next_seat(now)});
            co_await freed_.wait_until(look_at, abort);
            if (abort.reason() || is_closed_) break; // else a new one might be made for nobody
            now = clock_type::now();
            request.is_urgent = now >= seat_until;
            chosen = choose(request, is_first_before(own, request));
            if (chosen != nullptr) break;
        }
    }
    const auto waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - since);
    usual_wait_ = (usual_wait_ * 7 + waited) / 8;
    if (chosen != nullptr) co_return chosen;
    if (abort.reason()) co_return *abort.reason();
    if (is_closed_) co_return is_shut_down();
    co_return busy(fmt::format("no place was free for {} ms (instances.queue_timeout)",
                               options_.pool.queue_timeout.count()));
}

/// Nobody who waits longer wants the same. Those that wait for one client at a time do not stand in
/// the way of what no client can be asked for.
bool instance_pool::is_first_before(std::list<waiter>::const_iterator end,
                                    const pool_request& request) const {
    return std::none_of(line_.begin(), end, [&request](const waiter& w) {
        return w.key == request.key && (request.may_be_asked || !w.may_be_asked);
    });
}

void instance_pool::let_oldest_parked_give_way() {
    std::shared_ptr<call_observer> oldest;
    for (const auto& m : members_) {
        const auto peer = m->who->session().connection;
        if (!peer) continue;
        for (const auto& observer : peer->observers()) {
            const auto since = observer->parked_since();
            if (since && (!oldest || *since < *oldest->parked_since())) oldest = observer;
        }
    }
    if (!oldest) return;
    context_.log->info("server '{}': all {} processes wait for clients; the call that waits "
                       "longest gives way to a new one",
                       options_.name, members_.size());
    oldest->give_way();
}

} // namespace mcpgw
