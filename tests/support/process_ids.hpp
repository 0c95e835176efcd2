// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/child_world.hpp"

#include <cstdint>
#include <set>

namespace mcpgw::child_test {

/// Asks the fake server at `place` for the id of its process.
inline std::int64_t pid_of(child_world& world, upstream_lease& place) {
    abort_signal never;
    auto request = tool_call("surroundings");
    const auto answer = world.loop.await(place.call(request, nullptr, never));
    return json_of(answer).at("pid").as_int64();
}

/// Of the processes that have started: those on their way out, or the others.
inline std::set<std::int64_t> pids(const upstream_status& status, bool is_leaving) {
    std::set<std::int64_t> found;
    for (const auto& one : status.each)
        if (one.is_leaving == is_leaving && one.state != upstream_state::starting)
            found.insert(one.pid);
    return found;
}

} // namespace mcpgw::child_test
