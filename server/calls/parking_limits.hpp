// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace mcpgw {

/// Limits of calls that outlive the requests that made them.
struct parking_limits {
    std::size_t running_max = 4'096; ///< calls to legacy servers of clients that can be asked
    std::size_t parked_max = 1'024;  ///< that wait for their client
    std::size_t parked_per_client_max = 64; ///< of one principal
    /// For questions that a server asks one after the other without waiting: they come out as one.
    std::chrono::milliseconds window{15};
};

} // namespace mcpgw
