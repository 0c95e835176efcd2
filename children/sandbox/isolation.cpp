// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/isolation.hpp"

#include <array>
#include <charconv>

#include <sys/resource.h>

namespace mcpgw {

std::span<const limit_kind> limit_kinds() {
    static constexpr std::array kinds{
        limit_kind{"memory_bytes", RLIMIT_AS, &resource_limits::memory_bytes},
        limit_kind{"data_bytes", RLIMIT_DATA, &resource_limits::data_bytes},
        limit_kind{"cpu_seconds", RLIMIT_CPU, &resource_limits::cpu_seconds},
        limit_kind{"files", RLIMIT_NOFILE, &resource_limits::files},
        limit_kind{"processes", RLIMIT_NPROC, &resource_limits::processes},
        limit_kind{"file_bytes", RLIMIT_FSIZE, &resource_limits::file_bytes},
        limit_kind{"core_bytes", RLIMIT_CORE, &resource_limits::core_bytes},
    };
    return kinds;
}

std::optional<mode_t> parse_umask(std::string_view text) {
    constexpr std::size_t digits_max = 4;
    constexpr mode_t all_permissions = 0777;
    mode_t mask = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, mask, 8);
    if (error != std::errc{} || stop != end || text.size() > digits_max || mask > all_permissions)
        return std::nullopt;
    return mask;
}

} // namespace mcpgw
