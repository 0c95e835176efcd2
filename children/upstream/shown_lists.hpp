// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "protocol/catalog/catalog.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a server says it has, as its clients are shown it: without what is hidden, with what the
/// configuration says instead. The same object where it says nothing. Pure.
///
/// Nobody above knows of a hidden tool, so nobody can show or call it by mistake; what a server
/// calls a renamed one is list_item::own_name().
std::shared_ptr<const upstream_lists> shown_lists(std::shared_ptr<const upstream_lists> said,
                                                  const child_options& options);

/// What a server calls the tool that clients know as `shown`, as far as the configuration tells:
/// for a server that has not told its tools. Empty: clients must not see it.
std::string own_tool_name(const child_options& options, std::string_view shown);

} // namespace mcpgw
