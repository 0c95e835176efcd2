// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/sections/config_check.hpp"

namespace mcpgw {

/// What a child's table (or [defaults]) says of what happens when the child is slow or fails.
/// Members that are not there keep their values.

/// Times of its calls.
void apply_timeouts(const checked_section& section, child_options& options, problem_log& problems);
/// Settings of single tools.
void apply_tools(const checked_section& section, child_options& options, problem_log& problems);
/// Retries, breaker and fallbacks.
void apply_resilience(const checked_section& section, child_options& options,
                      problem_log& problems);

} // namespace mcpgw
