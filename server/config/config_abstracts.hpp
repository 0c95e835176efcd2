// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <map>
#include <string>
#include <vector>

namespace mcpgw {

/// Reads the file of --children-abstract: what each child is for, shown in
/// mcp://children_servers. JSON (comments allowed), any of
///
///     {"name": "text"}
///     {"name": {"abstract": "text"}}          also "description"
///     [{"name": "name", "abstract": "text"}]  also "description"
///
/// Texts by child name. Appends to `problems`; entries that are wrong are left out.
std::map<std::string, std::string> load_abstracts(const std::string& path,
                                                  std::vector<config_problem>& problems);

} // namespace mcpgw
