// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/sections/config_check.hpp"

#include <functional>
#include <string>

namespace mcpgw {

/// What a child's table (or [defaults]) says of its isolation. Members that are not there keep
/// their values. `absolute` makes paths of the file absolute. With `is_checked`, what this machine
/// does not have is reported: users, groups, paths, Landlock itself.
void apply_isolation(const checked_section& section, isolation_options& options,
                     const std::function<std::string(const std::string&)>& absolute,
                     bool is_checked, problem_log& problems);

} // namespace mcpgw
