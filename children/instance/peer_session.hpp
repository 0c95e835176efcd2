// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/link/link.hpp"
#include "protocol/catalog/catalog.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

class process_guard;

/// What the children need from outside; outlives them all.
struct child_context {
    executor ex;
    process_guard* guard = nullptr; ///< may be null (tests)
    logger* log = nullptr;
    /// Our own environment, for `inherit_env` and for finding programs.
    std::vector<std::string> environment;
};

enum class upstream_state : std::uint8_t {
    not_started,
    starting,
    running,
    unhealthy,
    failed,
    stopped,
};
std::string_view to_string(upstream_state state);

/// What the parts of an instance share: whose it is, how it is, its connection and what was agreed
/// on it. Owned by `instance`, which alone changes its state; each part has the rest of its state
/// to itself.
struct peer_session {
    static constexpr std::size_t tasks_max = 512; ///< life, health, refresh, listen, questions

    peer_session(const child_context& surroundings, const child_options& configured, era era_spoken)
        : context(surroundings)
        , options(configured)
        , speaks(era_spoken)
        , tasks(surroundings.ex, tasks_max)
        , changed(surroundings.ex) {}

    const child_context& context;
    const child_options& options;
    era speaks;
    task_group tasks;  ///< all coroutines of the instance
    async_condition changed; ///< something of what stands here

    upstream_state state = upstream_state::not_started;
    bool is_stop_wanted = false;
    bool is_closed = false;
    std::shared_ptr<link> connection; ///< of this life; null: there is none

    // What was agreed in this life.
    std::optional<revision> spoken;
    std::string server_info; ///< raw object; empty: it does not say who it is
    upstream_lists agreed;   ///< capabilities and instructions, still without lists

    /// It takes calls, even if it does not answer at the moment (unhealthy).
    [[nodiscard]] bool is_running() const {
        const bool is_up = state == upstream_state::running || state == upstream_state::unhealthy;
        return is_up && !is_stop_wanted;
    }
    /// `peer` is still its connection, and lives.
    [[nodiscard]] bool goes_on(const std::shared_ptr<link>& peer) const {
        return connection == peer && !peer->has_ended();
    }
};

} // namespace mcpgw
