// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/sections/config_check.hpp"

namespace mcpgw {

/// The keys that say how many processes a child has, for whom and how long, and how they are kept
/// well: start, sharing, instances, restart, health. `section`: of a child or of the defaults.
void apply_pool(const checked_section& section, child_options& options);
/// What does not fit together. `line`: of the child.
void check_pool(const checked_section& section, std::size_t line, const child_options& options,
                problem_log& problems);

} // namespace mcpgw
