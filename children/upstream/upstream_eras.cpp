// SPDX-License-Identifier: Apache-2.0
// Which eras a server speaks that names one: the legacy one beside the modern one is found out when
// a client of it first needs what only it can do.
#include "children/upstream/upstream.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t tools_in_rounds_max = 1'000;

} // namespace

bool upstream::may_have_more(const caller& who) const {
    if (who.speaks != era::legacy || !who.may_be_asked || options_.only_era) return false;
    // Before the first start nobody knows: where it turns out to be so, the call finds out.
    const auto known = verdict();
    return !known || (known->is_modern && known->may_be_legacy);
}

void upstream::settle_legacy(bool is_legacy) {
    if (!verdict_ || !verdict_->eras.is_modern) return;
    verdict_->eras.is_legacy = is_legacy;
    verdict_->eras.may_be_legacy = false;
    tell_pools();
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
    if (!verdict_ || !verdict_->eras.may_be_legacy || is_closed_) co_return;
    is_trying_ = true;
    legacy_.resume();
    auto& first = legacy_.lister();
    first.try_out();
    abort_signal never;
    const auto started = co_await first.ensure_running(deadline, never);
    is_trying_ = false;
    const bool is_taken = !started.has_error();
    // A remote server without sessions, or one that answers in plain JSON, cannot ask in this era;
    // by results of the modern one it can.
    const auto& peer = first.connection();
    const bool is_better = is_taken && peer && peer->carries_questions();
    // Whoever stopped it, or had no more time, has not found out.
    const bool is_known = is_taken || (!is_stop_wanted_ && clock_type::now() < deadline);
    if (is_known && !is_closed_) {
        trial_ = initialize_trial{is_better, clock_type::now(), seconds_of_calendar()};
        settle_legacy(is_better);
        events_.on_lists_changed(*this); // it is worth to be remembered
        context_.log->info("server '{}' names 2026-07-28 alone and {}", options_.name,
                           is_better  ? "takes initialize too: clients of older revisions that it "
                                        "may ask speak to it in their own era"
                           : is_taken ? "takes initialize too, but cannot ask questions that way"
                                      : "takes no initialize");
        if (is_taken && !is_better) first.begin_stop();
    }
    changed_.notify_all();
}

void upstream::note_rounds(std::string_view tool) {
    if (tools_in_rounds_.size() < tools_in_rounds_max) tools_in_rounds_.emplace(tool);
}

} // namespace mcpgw
