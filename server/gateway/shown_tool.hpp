// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// A tool of one server by the name that clients know it by, and how it is called: for those who
/// name the server, as execute_child_tool does. Merged lists have a catalog for that.
struct shown_tool {
    std::string own_name;              ///< the server's; empty: clients must not see it
    std::string name;                  ///< as clients know it
    const list_item* listed = nullptr; ///< null: it does not stand in the server's list now
    std::shared_ptr<const argument_rules> rules; ///< null: its clients give all arguments

    static shown_tool find(const upstream& server, std::string_view name);
    /// `name` and `arguments` of the params for the server. Error: invalid_arguments.
    [[nodiscard]] result<std::string> members(std::string_view raw_arguments) const;
};

} // namespace mcpgw
