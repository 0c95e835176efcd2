// SPDX-License-Identifier: Apache-2.0
// What is known of a server's era, and how far its start is.
#include "children/process/package_runner.hpp"
#include "children/upstream/upstream.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

std::int64_t upstream::seconds_of_calendar() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

void upstream::on_verdict(instance& /*from*/, const era_verdict& eras) {
    if (options_.only_era) return;
    // A modern server says at each start which eras it speaks: nothing new is no news for the disk.
    const bool is_same = verdict_ && verdict_->eras == eras && eras.is_modern;
    const auto asked_at = is_same ? verdict_->asked_at : seconds_of_calendar();
    verdict_ = dated_verdict{eras, clock_type::now(), asked_at};
    const bool is_settled =
        eras.may_be_legacy && trial_ && clock_type::now() - trial_->at < legacy_verdict_time;
    if (is_settled) settle_legacy(trial_->was_taken);
    tell_pools();
}

bool upstream::move_to(instance& from, era spoken) {
    const bool is_moved = of(spoken).adopt(of(from.spoken_era()), from);
    if (is_moved) tell_pools();
    return is_moved;
}

void upstream::recall_eras(const remembered_eras& eras) {
    if (options_.only_era) return;
    const auto now = clock_type::now();
    const auto today = seconds_of_calendar();
    const auto time_of = [&](std::int64_t then) {
        return now - std::chrono::seconds{std::max<std::int64_t>(today - then, 0)};
    };
    verdict_ =
        dated_verdict{{eras.is_modern, eras.is_legacy}, time_of(eras.asked_at), eras.asked_at};
    if (eras.takes_initialize)
        trial_ = initialize_trial{*eras.takes_initialize, time_of(eras.tried_at), eras.tried_at};
    // What nobody has tried, or not of late, is tried when somebody needs it.
    auto& recalled = verdict_->eras;
    const bool is_stale = trial_ && now - trial_->at >= legacy_verdict_time;
    if (is_stale && recalled.is_modern) recalled.is_legacy = false;
    recalled.may_be_legacy = recalled.is_modern && !recalled.is_legacy && (!trial_ || is_stale);
    tell_pools();
}

/// A guess as well: it runs, so it did take `initialize`, whatever its answer to the probe meant.
std::optional<remembered_eras> upstream::eras_to_remember() const {
    if (!verdict_ || options_.only_era) return std::nullopt;
    remembered_eras eras{verdict_->eras.is_modern, verdict_->eras.is_legacy, verdict_->asked_at};
    if (trial_) {
        eras.takes_initialize = trial_->was_taken;
        eras.tried_at = trial_->tried_at;
    }
    return eras;
}

std::optional<std::string> upstream::start_note(clock_type::time_point now) const {
    const instance* starting = nullptr;
    const auto look = [&starting](const instance_pool::member_status& of) {
        if (of.who->starting_since()) starting = of.who;
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
        std::chrono::duration_cast<std::chrono::seconds>(now - *starting->starting_since());
    auto note = fmt::format("starting server '{}', {} s", options_.name, time.count());
    const auto runner = package_runner(options_.command, options_.args);
    if (runner.empty()) return note;
    const auto last = starting->last_words().last_line();
    return note +
           fmt::format("; {} may still be downloading{}{}", runner, last.empty() ? "" : ": ", last);
}

} // namespace mcpgw
