// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/view_entries.hpp"

#include "protocol/catalog/public_names.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace mcpgw {

std::vector<view_entry> find_views(const config_node& root, problem_log& problems) {
    const auto* const list = root.find("views");
    if (list == nullptr || list->kind == node_kind::null) return {};
    if (!list->is_array()) {
        problems.error(
            list->line, "views",
            fmt::format("wrong type: expected a list of tables, found {}", kind_name(list->kind)),
            "write [[views]] and name = \"...\" for each view");
        return {};
    }
    std::vector<view_entry> found;
    std::set<std::string> names;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const auto& item = list->items[i];
        auto path = key_path("views", i);
        const auto* const name = item.find("name");
        const auto complain = [&](std::string message, std::string hint) {
            problems.error(name == nullptr ? item.line : name->line, path, std::move(message),
                           std::move(hint));
        };
        if (!item.is_object())
            complain(fmt::format("wrong type: expected a table, found {}", kind_name(item.kind)),
                     "write [[views]] and name = \"...\" for each view");
        else if (name == nullptr || !name->is_string())
            complain("a view without a name", "add name = \"...\"");
        else if (!is_valid_upstream_name(name->text))
            complain("the name of a view is 1 to 32 characters of A-Z a-z 0-9 _ - .",
                     "it stands in the address /views/NAME/mcp");
        else if (!names.insert(name->text).second)
            complain(fmt::format("the name {} is there twice", name->text), "");
        else
            found.push_back({name->text, std::move(path), item});
    }
    return found;
}

} // namespace mcpgw
