// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/sections/config_check.hpp"

namespace mcpgw {

/// What clients are shown of tools, prompts and resources in place of what their server says: how
/// it is kept. The rows of config_rows_children.cpp name these functions.

void store_name(tool_options& options, const value_site& site);
void store_name_of_prompt(entry_override& options, const value_site& site);
void store_annotations(tool_options& options, const value_site& site);
void store_overrides(tool_options& options, const value_site& site);
void store_fixed_value(argument_override& argument, const value_site& site);
void store_default_value(argument_override& argument, const value_site& site);
void store_prompts(child_options& options, const value_site& site);
void store_resources(child_options& options, const value_site& site);

/// Reports names that two entries would have. After all tables of the child were stored.
void check_shown_names(const checked_section& section, const child_options& options,
                       problem_log& problems);

} // namespace mcpgw
