#pragma once

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

} // namespace mcpgw::bench
