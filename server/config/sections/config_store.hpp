// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/sections/config_check.hpp"

#include <string>

namespace mcpgw {

/// How those keys of a child are kept that are more than one member of its options; the rows of
/// config_rows_*.cpp name these functions.

/// What a file of variables says; what it lacks is reported.
void store_env_file(child_options& options, const value_site& site);

void store_umask(child_options& options, const value_site& site);
std::string show_umask(const child_options& options);

/// The table, before its lists. A path that is not there is reported.
void store_landlock(child_options& options, const value_site& site);
void store_readable(child_options& options, const value_site& site);
void store_writable(child_options& options, const value_site& site);

/// Steps first: what `truncate` means depends on them.
void store_truncation_steps(child_options& options, const value_site& site);
void store_truncation(child_options& options, const value_site& site);

void store_fallbacks(child_options& options, const value_site& site);
void store_fallbacks_of_tool(tool_options& options, const value_site& site);
void store_arguments(fallback_target& target, const value_site& site);

/// What is different for single tools. After all that stands for all of its tools.
void store_tools(const checked_section& section, child_options& options, const config_scope& scope);
/// A longer `timeout` alone takes `total_timeout` along; one that is shorter is a mistake where
/// both are said.
void settle_times(const checked_section& section, std::chrono::milliseconds quiet,
                  std::chrono::milliseconds& total, problem_log& problems);

} // namespace mcpgw
