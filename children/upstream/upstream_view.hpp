// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/circuit_breaker.hpp"
#include "children/upstream/server_offer.hpp"
#include "children/upstream/upstream_life.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// For `get_child_status`, `status` and the summary.
struct upstream_status {
    upstream_state state = upstream_state::not_started;
    std::int64_t pid = 0; ///< 0: none
    std::chrono::seconds uptime{0};
    std::uint64_t restarts = 0;
    std::size_t instances = 0; ///< processes (or remote sessions) that run
    std::size_t calls_in_flight = 0;
    std::string last_error;
    std::vector<std::string> stderr_lines; ///< newest last
    std::optional<revision> spoken;        ///< protocol revision; era follows from it
    std::string server_info;               ///< raw JSON; empty: unknown
    std::uint64_t garbage_lines = 0;       ///< on stdout that were no messages
    breaker_state breaker = breaker_state::closed;
    /// Until a call has a chance again: the breaker is open, or the server rests.
    std::chrono::milliseconds retry_in{0};
    bool has_given_up = false; ///< it failed too often and is tried now and then
    struct one_instance {
        upstream_state state = upstream_state::not_started;
        bool is_leaving = false; ///< replaced; it ends after its calls
        std::int64_t pid = 0;
        std::optional<revision> spoken;
        std::size_t calls = 0;
        std::size_t health_checks = 0; ///< in this life
        std::size_t health_misses = 0; ///< of them, in a row and to the last
    };
    std::vector<one_instance> each; ///< of those that run
};

/// How a server looks from outside: its state, who it is, how far its start is. Changes nothing.
/// Owned by `upstream`.
class upstream_view {
public:
    upstream_view(const child_options& options, const era_pools& pools, const server_offer& offer,
                  const circuit_breaker& breaker, const restart_policy& restarts,
                  const upstream_life& life)
        : options_(options)
        , pools_(pools)
        , offer_(offer)
        , breaker_(breaker)
        , restarts_(restarts)
        , life_(life) {}

    [[nodiscard]] upstream_state state() const;
    [[nodiscard]] upstream_status status() const;
    /// It has not told yet what it offers, and will if it is started.
    [[nodiscard]] bool is_worth_listing() const;
    /// Revision once known (after the first start), of the instance whose lists are offered or
    /// were last.
    [[nodiscard]] std::optional<revision> spoken() const;
    /// Raw JSON; empty: unknown.
    [[nodiscard]] std::string_view server_info() const;
    /// How far its start is, for somebody who waits for it; nothing: it is not being started.
    [[nodiscard]] std::optional<std::string> start_note(clock_type::time_point now) const;

private:
    [[nodiscard]] const instance* speaker() const;
    void describe_first(upstream_status& status) const;
    void describe_each(upstream_status& status) const;

    const child_options& options_;
    const era_pools& pools_;
    const server_offer& offer_;
    const circuit_breaker& breaker_;
    const restart_policy& restarts_;
    const upstream_life& life_;
};

} // namespace mcpgw
