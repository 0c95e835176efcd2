// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What a server is known to keep between the calls of a client, such as "its train of thought";
/// empty: nothing is known. Two clients on one process of it would meet in it.
std::string_view state_kept_by(std::string_view command, const std::vector<std::string>& args);

} // namespace mcpgw
