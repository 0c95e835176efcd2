// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace mcpgw {

/// Owners of calls that were given up a while ago. Where a question names no call, the peer may
/// still be at work on one of these, and ask: that must not be taken for somebody else's question.
/// Owned by a link. No clock: time is passed in.
class abandoned_calls {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t calls_max = 64; ///< remembered; the oldest is forgotten first
    static constexpr std::chrono::seconds time_max{60}; ///< in which such a call may still ask

    void add(owner_id whose, time_point now) {
        if (calls_.size() >= calls_max) calls_.erase(calls_.begin());
        calls_.push_back({whose, now + time_max});
    }
    [[nodiscard]] std::vector<owner_id> owners(time_point now) const {
        std::vector<owner_id> list;
        for (const auto& call : calls_)
            if (now < call.until) list.push_back(call.whose);
        return list;
    }

private:
    struct entry {
        owner_id whose;
        time_point until;
    };
    std::vector<entry> calls_;
};

} // namespace mcpgw
