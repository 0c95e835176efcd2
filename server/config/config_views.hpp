// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/view.hpp"
#include "server/config/dialects/view_entries.hpp"
#include "server/config/sections/config_check.hpp"

#include <string_view>
#include <vector>

namespace mcpgw {

/// The hints of tools that a view wants; what is none is reported.
void store_hints(view_options& options, const value_site& site);

/// [[views]] as options. Servers, layers and tags that no child has, and patterns that fit no name,
/// are told as warnings: the view shows less for them. `separator`: of public names.
std::vector<view_options> read_views(std::vector<view_entry>& entries,
                                     const std::vector<child_options>& children,
                                     std::string_view separator, const config_scope& scope);

} // namespace mcpgw
