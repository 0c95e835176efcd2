// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// One of [[views]], or of [[workflows]], as a file gives it.
struct view_entry {
    std::string name;
    std::string path; ///< for messages: "views[2]"
    config_node node; ///< with `name`
};

/// Those of a document of ours; reported: a list that is none, entries without a name that fits,
/// and names that are there twice.
std::vector<view_entry> find_views(const config_node& root, problem_log& problems);
std::vector<view_entry> find_workflows(const config_node& root, problem_log& problems);

} // namespace mcpgw
