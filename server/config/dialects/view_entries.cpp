// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/view_entries.hpp"

#include "protocol/catalog/public_names.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace mcpgw {

namespace {

/// The tables of a list in the file, and how messages speak of one.
struct named_list {
    std::string_view key;  ///< "views"
    std::string_view noun; ///< "view"
    std::string_view why;  ///< why its name must fit
};

std::vector<view_entry> find_named(const config_node& root, const named_list& what,
                                   problem_log& problems) {
    const auto [key, noun, why] = what;
    const auto how = fmt::format("write [[{}]] and name = \"...\" for each {}", key, noun);
    const auto* const list = root.find(key);
    if (list == nullptr || list->kind == node_kind::null) return {};
    if (!list->is_array()) {
        problems.error(
            list->line, std::string{key},
            fmt::format("wrong type: expected a list of tables, found {}", kind_name(list->kind)),
            how);
        return {};
    }
    std::vector<view_entry> found;
    std::set<std::string> names;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const auto& item = list->items[i];
        auto path = key_path(key, i);
        const auto* const name = item.find("name");
        const auto complain = [&](std::string message, std::string hint) {
            problems.error(name == nullptr ? item.line : name->line, path, std::move(message),
                           std::move(hint));
        };
        if (!item.is_object())
            complain(fmt::format("wrong type: expected a table, found {}", kind_name(item.kind)),
                     how);
        else if (name == nullptr || !name->is_string())
            complain(fmt::format("a {} without a name", noun), "add name = \"...\"");
        else if (!is_valid_upstream_name(name->text))
            complain(
                fmt::format("the name of a {} is 1 to 32 characters of A-Z a-z 0-9 _ - .", noun),
                std::string{why});
        else if (!names.insert(name->text).second)
            complain(fmt::format("the name {} is there twice", name->text), "");
        else
            found.push_back({name->text, std::move(path), item});
    }
    return found;
}

} // namespace

std::vector<view_entry> find_views(const config_node& root, problem_log& problems) {
    return find_named(root, {"views", "view", "it stands in the address /views/NAME/mcp"},
                      problems);
}

std::vector<view_entry> find_workflows(const config_node& root, problem_log& problems) {
    return find_named(root, {"workflows", "workflow", "it is the name of a tool"}, problems);
}

} // namespace mcpgw
