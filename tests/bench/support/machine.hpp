// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace mcpgw::bench {

/// Where the bench runs, for its reports.
struct machine {
    std::string processor;
    long cores = 0;
    long memory_mib = 0;
    std::string system;   ///< kernel and architecture
    std::string compiler; ///< that the bench and the gateway were built with
};
machine this_machine();

/// How much of the machine others have used while the bench ran: its figures are as good as this is
/// small.
class other_work {
public:
    other_work();
    /// Share of the processors' time since then, 0 to 1. To be asked when the bench's own processes
    /// have ended.
    [[nodiscard]] double share() const;

private:
    std::chrono::steady_clock::time_point begun_;
    double busy_;
};

} // namespace mcpgw::bench
