#pragma once

#include "children/child_options.hpp"
#include "server/config_check.hpp"

namespace mcpgw {

/// What a child's table (or [defaults]) says of retries and breaker. Members that are not
/// there keep their values.
void apply_resilience(const checked_section& section, child_options& options,
                      problem_log& problems);

} // namespace mcpgw
