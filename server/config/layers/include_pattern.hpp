// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/used_files.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// What one entry of `include` stands for.
struct included_files {
    std::vector<std::string> paths; ///< by name
    std::string problem;            ///< why there are none; empty: there may be none
    std::string hint;
};

/// `pattern`: an absolute path, in whose last part * ? and [...] stand for what they do in a shell;
/// names that begin with a dot are not meant by them. A path without them must be there.
included_files find_included(const std::string& pattern, used_files& files);

} // namespace mcpgw
