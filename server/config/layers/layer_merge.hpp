// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/config_shape.hpp"
#include "server/config/format/config_document.hpp"

namespace mcpgw {

/// What stands in `above` takes the place of what `below` says: tables are merged key by key, all
/// else is replaced.
void lay_over(config_node& below, config_node above);

/// The same for whole layers: sections key by key, children by their names. What `above` adds comes
/// after what is there; `remove = true` takes a child out. Refers to the documents of both, which
/// are taken apart for it.
void lay_over(config_parts& below, config_parts above, problem_log& problems);

} // namespace mcpgw
