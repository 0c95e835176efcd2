// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/known_eras.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

std::int64_t seconds_of_calendar() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

} // namespace

known_eras::known_eras(std::optional<era> only) : is_configured_(only.has_value()) {
    if (!only) return;
    verdict_ = dated_verdict{{.is_modern = *only == era::modern, .is_legacy = *only == era::legacy},
                             time_point::max()};
}

std::optional<era_verdict> known_eras::at(time_point now, bool lives_in_legacy) const {
    if (!verdict_) return std::nullopt;
    const std::chrono::minutes time = verdict_->eras.is_guess ? guess_time : legacy_time;
    const bool is_stale = !verdict_->eras.is_modern && !is_configured_ && now - verdict_->at > time;
    if (is_stale && !lives_in_legacy) return std::nullopt;
    return verdict_->eras;
}

void known_eras::learn(const era_verdict& eras, time_point now) {
    if (is_configured_) return;
    // A modern server says at each start which eras it speaks: nothing new is no news for the disk.
    const bool is_same = verdict_ && verdict_->eras == eras && eras.is_modern;
    const auto asked_at = is_same ? verdict_->asked_at : seconds_of_calendar();
    verdict_ = dated_verdict{eras, now, asked_at};
    const bool is_settled = eras.may_be_legacy && trial_ && now - trial_->at < legacy_time;
    if (is_settled) settle_legacy(trial_->was_taken);
}

void known_eras::forget() {
    if (!is_configured_) verdict_.reset();
}

void known_eras::note_trial(bool was_taken, time_point now) {
    trial_ = initialize_trial{was_taken, now, seconds_of_calendar()};
    settle_legacy(was_taken);
}

void known_eras::settle_legacy(bool is_legacy) {
    if (!verdict_ || !verdict_->eras.is_modern) return;
    verdict_->eras.is_legacy = is_legacy;
    verdict_->eras.may_be_legacy = false;
}

void known_eras::recall(const remembered_eras& eras, time_point now) {
    if (is_configured_) return;
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
    const bool is_stale = trial_ && now - trial_->at >= legacy_time;
    if (is_stale && recalled.is_modern) recalled.is_legacy = false;
    recalled.may_be_legacy = recalled.is_modern && !recalled.is_legacy && (!trial_ || is_stale);
}

/// A guess as well: it runs, so it did take `initialize`, whatever its answer to the probe meant.
std::optional<remembered_eras> known_eras::to_remember() const {
    if (!verdict_ || is_configured_) return std::nullopt;
    remembered_eras eras{verdict_->eras.is_modern, verdict_->eras.is_legacy, verdict_->asked_at};
    if (trial_) {
        eras.takes_initialize = trial_->was_taken;
        eras.tried_at = trial_->tried_at;
    }
    return eras;
}

void known_eras::note_rounds(std::string_view tool) {
    if (tools_in_rounds_.size() < tools_in_rounds_max) tools_in_rounds_.emplace(tool);
}

} // namespace mcpgw
