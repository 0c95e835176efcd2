// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/legacy_trial.hpp"

#include "transports/async/on_scope_exit.hpp"

namespace mcpgw {

task<> legacy_trial::run(clock_type::time_point deadline) {
    const auto known = pools_.verdict();
    if (!known || !known->is_modern || !known->may_be_legacy) co_return;
    while (is_trying_ && !life_.is_closed()) {
        const bool was_notified = co_await life_.changed().wait_until(deadline);
        if (!was_notified) co_return;
    }
    if (!eras_.must_try_legacy() || life_.is_closed()) co_return;
    auto& legacy = pools_.of(era::legacy);
    legacy.resume();
    const auto held = legacy.hold_lister();
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
    const bool is_known = is_taken || (!life_.is_stop_wanted() && clock_type::now() < deadline);
    if (is_known && !life_.is_closed()) learn(first, is_taken, is_better);
    life_.changed().notify_all();
}

void legacy_trial::learn(instance& tried, bool is_taken, bool is_better) {
    eras_.note_trial(is_better, clock_type::now());
    pools_.settle();
    on_learnt_();
    context_.log->info("server '{}' names 2026-07-28 alone and {}", options_.name,
                       is_better  ? "takes initialize too: clients of older revisions that it "
                                    "may ask speak to it in their own era"
                       : is_taken ? "takes initialize too, but cannot ask questions that way"
                                  : "takes no initialize");
    if (is_taken && !is_better) tried.life().begin_stop();
}

} // namespace mcpgw
