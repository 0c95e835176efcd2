// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/shown_tool.hpp"

#include "children/upstream/shown_lists.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

shown_tool shown_tool::find(const upstream& server, std::string_view name) {
    shown_tool found;
    found.name = name;
    const auto& tools = server.lists().tools;
    const auto listed = std::ranges::find(tools, name, &list_item::key);
    if (listed != tools.end()) found.listed = &*listed;
    found.own_name =
        found.listed != nullptr ? found.listed->own_name() : own_tool_name(server.options(), name);
    const auto own = server.options().tools.find(found.own_name);
    if (own != server.options().tools.end()) found.rules = own->second.rules();
    return found;
}

result<std::string> shown_tool::members(std::string_view raw_arguments) const {
    std::string arguments{raw_arguments};
    if (rules != nullptr) {
        auto made = rules->apply(raw_arguments, name);
        if (made.has_error()) return made.error();
        arguments = std::move(*made);
    }
    return fmt::format(R"("name":{},"arguments":{})", quote_json(own_name), arguments);
}

} // namespace mcpgw
