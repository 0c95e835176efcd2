// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/dialects/config_shape.hpp"

#include <vector>

namespace mcpgw {

/// Who stands in for a server that fails, as a configuration says it.

/// Reports what only all children together can tell: fallbacks at servers that there are not, and
/// such that lead back to where they began. `entries`: what `children` was read from.
void check_fallbacks(const std::vector<child_entry>& entries,
                     const std::vector<child_options>& children, problem_log& problems);

} // namespace mcpgw
