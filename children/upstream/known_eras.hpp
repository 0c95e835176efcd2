// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/era_verdict.hpp"
#include "children/upstream/remembered_schema.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// What is known of the eras that a server speaks, for how long it is believed, and what must still
/// be found out. Logic only, but for the calendar. Owned by `upstream`.
class known_eras {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `only`: configured; then nothing is learnt.
    explicit known_eras(std::optional<era> only);

    /// What is believed; nothing: the next start finds out. "Legacy" never corrects itself while it
    /// is believed, so it is believed for a day, and as long as a process of that era lives.
    [[nodiscard]] std::optional<era_verdict> at(time_point now, bool lives_in_legacy) const;
    /// The same, however old; null: nothing.
    [[nodiscard]] const era_verdict* last() const { return verdict_ ? &verdict_->eras : nullptr; }

    /// The server has told.
    void learn(const era_verdict& eras, time_point now);
    /// What was believed led nowhere.
    void forget();

    /// The server names the modern era alone and may take `initialize` all the same.
    [[nodiscard]] bool must_try_legacy() const {
        return verdict_ && verdict_->eras.is_modern && verdict_->eras.may_be_legacy;
    }
    /// That was tried.
    void note_trial(bool was_taken, time_point now);

    /// For a server that was not started yet in this run.
    void recall(const remembered_eras& eras, time_point now);
    [[nodiscard]] std::optional<remembered_eras> to_remember() const;

    /// This tool asks by a result of the modern era alone: its calls go there, whoever makes them.
    /// At most `tools_in_rounds_max` are kept.
    void note_rounds(std::string_view tool);
    [[nodiscard]] bool asks_in_rounds(std::string_view tool) const {
        return !tools_in_rounds_.empty() && tools_in_rounds_.contains(tool);
    }

private:
    static constexpr std::size_t tools_in_rounds_max = 1'000;
    static constexpr std::chrono::hours legacy_time{24};  ///< for which "legacy" is believed
    static constexpr std::chrono::minutes guess_time{10}; ///< what the refusal of a moment suggests

    struct dated_verdict {
        era_verdict eras;
        time_point at;
        std::int64_t asked_at = 0; ///< the same, in seconds of the calendar
    };
    /// Of `initialize`, on a server that named the modern era alone.
    struct initialize_trial {
        bool was_taken = false;
        time_point at;
        std::int64_t tried_at = 0; ///< the same, in seconds of the calendar
    };
    void settle_legacy(bool is_legacy);

    bool is_configured_;
    std::optional<dated_verdict> verdict_;
    std::optional<initialize_trial> trial_;
    std::set<std::string, std::less<>> tools_in_rounds_;
};

} // namespace mcpgw
