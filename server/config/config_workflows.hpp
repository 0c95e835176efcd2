// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/dialects/view_entries.hpp"
#include "server/config/sections/config_check.hpp"
#include "server/workflows/workflow.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <vector>

namespace mcpgw {

/// One of [[workflows]] on its way into the options: its members as JSON.
struct workflow_draft {
    boost::json::object source;
    bool is_enabled = true;
};

/// [[workflows]] as options. What is wrong with one is told at its line and key; servers that are
/// no children as well.
std::vector<std::shared_ptr<const workflow>>
read_workflows(std::vector<view_entry>& entries, const std::vector<child_options>& children,
               const config_scope& scope);

} // namespace mcpgw
