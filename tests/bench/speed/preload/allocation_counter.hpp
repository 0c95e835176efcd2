// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace mcpgw::bench {

/// What the preloaded library and the bench share, in a file that both have mapped.
struct allocation_counts {
    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint64_t> bytes;
};

/// The variable that names the file.
inline constexpr const char* allocation_file_variable = "MCPGW_BENCH_ALLOCATIONS";

} // namespace mcpgw::bench
