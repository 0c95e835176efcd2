// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "server/config/dialects/config_shape.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/variables/config_environment.hpp"

namespace mcpgw {

/// The parts of all layers to options; variables in them are replaced. Reports every problem; what
/// is wrong keeps its default. What is read beside goes into `files`.
configuration read_configuration(config_parts& parts, const config_environment& environment,
                                 used_files& files, problem_log& problems);

} // namespace mcpgw
