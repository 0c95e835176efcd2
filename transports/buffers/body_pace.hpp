// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace mcpgw {

/// The deadline of a head or a body that comes in pieces: the time for the whole, and behind a
/// grace period no less than a rate, so that a client that sends a byte now and then does not keep
/// its place for all of that time. A value that is compared after each read: a timer alone can fire
/// between two reads, and then ends neither.
struct body_pace {
    using clock = std::chrono::steady_clock;
    /// For what takes its time before the first byte, such as a client that waits for a disk.
    static constexpr std::chrono::seconds grace{10};

    clock::time_point begun{};
    clock::duration time{};
    std::size_t bytes_per_second_min = 0; ///< 0: only the time as a whole counts

    [[nodiscard]] clock::time_point deadline(std::size_t received) const {
        if (bytes_per_second_min == 0) return begun + time;
        const std::chrono::duration<double> earned{static_cast<double>(received) /
                                                   static_cast<double>(bytes_per_second_min)};
        // Compared before it is converted: what is far away does not fit into the clock's unit.
        if (earned > time) return begun + time;
        return begun + std::min<clock::duration>(
                           time, grace + std::chrono::duration_cast<clock::duration>(earned));
    }
};

} // namespace mcpgw
