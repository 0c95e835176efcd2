// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/pool_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What the rules of the pool know of one instance. Logic only: made by `pool_view` for the
/// moment of a decision.
struct pool_member {
    using time_point = std::chrono::steady_clock::time_point;
    enum class phase : std::uint8_t {
        off, ///< no process
        starting,
        running,
        unhealthy, ///< runs, and does not answer
    };

    phase state = phase::off;
    bool is_leaving = false; ///< gets no more calls, and ends after those it has
    bool is_lister = false;  ///< its lists are the server's; it stays when its process ends
    bool is_used = false;    ///< its process has had a call
    /// The member that it shall replace.
    std::optional<std::size_t> replaces{};
    std::size_t calls = 0;     ///< that run on it
    std::size_t askers = 0;    ///< of them, those whose client the server may ask
    std::size_t unproven = 0;  ///< of the askers, those of which nobody knows whether they ask
    std::size_t answerers = 0; ///< of the askers, those whose clients can be asked
    bool lacks_tool = false;   ///< others have what the call needs
    std::size_t leases = 0;    ///< calls, and whatever else must not lose it (tasks)
    std::uint64_t owner = 0;   ///< of all its askers; 0: of several, or there are none
    std::uint64_t last_owner = 0;
    std::string_view key{}; ///< whose it is; empty: anybody's
    time_point idle_since{};
    time_point running_since{};
    time_point leaving_since{};
};

/// As the key of a call: whose it is, nobody can say. No instance that had a call before serves it,
/// and the one that does serves no other.
inline constexpr std::string_view once_key = "once";

/// What a call needs.
struct pool_request {
    std::string_view key{}; ///< of its session, user; empty: it has none
    std::uint64_t owner = 0;
    bool may_be_asked = false;
    /// Nobody knows yet whether this call makes the server ask: no call of its kind has ended.
    bool is_unproven = false;
    bool can_answer = false; ///< its client can be asked
    bool is_urgent = false;  ///< it has waited long enough for others to show that
    std::string_view tool{}; ///< that is called; empty: none
    /// For waiting in line; the pool has a limit of its own.
    pool_member::time_point deadline = pool_member::time_point::max();
};

/// What decides where a call goes.
struct pool_terms {
    sharing share = sharing::shared;
    /// The server asks its clients and its questions name no call: one owner at a time.
    bool is_interactive = false;
    std::size_t members_max = 1;
    std::size_t calls_max = 1024; ///< of one member
};

struct pool_choice {
    enum class verdict : std::uint8_t {
        take,  ///< `member`
        grow,  ///< a new one
        evict, ///< a new one in the place of `member`, which nobody uses
        wait,  ///< all are taken
    };
    verdict what = verdict::wait;
    std::size_t member = 0;
    bool is_own = false;     ///< the caller has a call there already: nobody waits for that place
    bool is_growing = false; ///< everybody is at work: one more is to be started beside
};

/// How many members count against `members_max`: those that leave do not, and of one that is being
/// replaced and its successor one does.
std::size_t settled(std::span<const pool_member> members);

/// Where a call goes: to an instance that works before one that does not, then to the least busy.
pool_choice choose_member(const pool_terms& terms, std::span<const pool_member> members,
                          const pool_request& request);

/// What decides how many there are.
struct pool_wishes {
    bool is_kept = false; ///< nothing is stopped for being idle, and `min` of them are kept ready
    bool may_start = true;
    std::chrono::steady_clock::time_point may_start_at{}; ///< where `may_start` is false
    std::size_t members_max = pool_options::many;         ///< as in pool_terms
};

struct pool_step {
    enum class action : std::uint8_t {
        close,   ///< ends it and forgets it
        stop,    ///< ends its process
        leave,   ///< from now on it is_leaving
        replace, ///< starts another one beside it
        start,   ///< starts `member`, which is off, or a new one where that is behind the last
    };
    action what = action::close;
    std::size_t member = 0;

    bool operator==(const pool_step&) const = default;
};

struct pool_plan {
    std::vector<pool_step> steps;                  ///< at most one for each member
    std::chrono::steady_clock::time_point look_at; ///< when time alone will make something due
};

/// What is due now: the idle stop, the old go, the unhealthy and those past their time are
/// replaced, the new one first. Nobody loses a call by it before `drain_timeout`.
pool_plan plan_pool(const pool_options& options, const pool_wishes& wishes,
                    std::span<const pool_member> members,
                    std::chrono::steady_clock::time_point now);

} // namespace mcpgw
