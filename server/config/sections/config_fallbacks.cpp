// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_fallbacks.hpp"

#include "server/calls/fallback.hpp"
#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_json_value.hpp"
#include "server/config/sections/config_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

namespace {

/// The node of a list's entry, and how messages name it.
struct place_in_file {
    const config_node* node = nullptr;
    std::string path;
};

place_in_file find_place(const child_entry& entry, const std::string& tool, std::size_t index) {
    const auto* table = &entry.node;
    auto path = entry.path;
    if (!tool.empty()) {
        const auto* const tools = table->find("tools");
        table = tools == nullptr ? nullptr : tools->find(tool);
        path = key_path(key_path(path, "tools"), tool);
    }
    const auto* const list = table == nullptr ? nullptr : table->find("fallback");
    if (list == nullptr || index >= list->items.size()) return {};
    return {&list->items[index], key_path(key_path(path, "fallback"), index)};
}

std::vector<fallback_target> read_fallbacks(const value_site& site) {
    std::vector<fallback_target> list;
    problem_log reported{""}; // the first check reported them
    for (std::size_t i = 0; i < site.node.items.size(); ++i) {
        const auto& item = site.node.items[i];
        const checked_section entry{&item, "children.fallback", key_path(site.path, i), reported};
        entry.store(list.emplace_back(), site.scope);
        if (item.is_object() && item.find("server") == nullptr)
            site.scope.problems.error(item.line, entry.path(), "a fallback without a server",
                                      "add server = \"...\", the name of a child");
    }
    return list;
}

class fallback_checker {
public:
    fallback_checker(const std::vector<child_entry>& entries,
                     const std::vector<child_options>& children, problem_log& problems)
        : entries_(entries), children_(children), problems_(problems) {}

    void check() {
        for (const auto& child : children_) {
            check_servers(child, "", child.fallbacks);
            for (const auto& [name, tool] : child.tools)
                if (tool.fallbacks) check_servers(child, name, *tool.fallbacks);
        }
        for (const auto& loop : find_fallback_loops(children_)) report(loop);
    }

private:
    [[nodiscard]] place_in_file place_of(const child_options& child, const std::string& tool,
                                         std::size_t index) const {
        const auto entry = std::ranges::find_if(entries_, [&child](const child_entry& e) {
            return !e.is_skipped && e.name == child.name;
        });
        return entry == entries_.end() ? place_in_file{} : find_place(*entry, tool, index);
    }

    void check_servers(const child_options& child, const std::string& tool,
                       const std::vector<fallback_target>& list) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto place = place_of(child, tool, i);
            if (place.node == nullptr || list[i].server.empty()) continue;
            const auto target = std::ranges::find(children_, list[i].server, &child_options::name);
            const auto path = key_path(place.path, "server");
            if (target == children_.end())
                problems_.error(place.node->line, path,
                                fmt::format("there is no child {}", shown_key(list[i].server)),
                                hint_for(list[i].server));
            else if (!target->is_enabled)
                problems_.warning(
                    place.node->line, path,
                    fmt::format("the child {} is disabled and answers nothing", target->name));
        }
    }

    [[nodiscard]] std::string hint_for(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const auto& child : children_) names.push_back(child.name);
        const auto meant = nearest_word(name, names);
        if (!meant.empty()) return fmt::format("did you mean {}?", meant);
        return "the name of one of the children belongs here";
    }

    void report(const fallback_loop& loop) {
        const auto place = place_of(children_[loop.where.child], loop.where.tool, loop.where.index);
        if (place.node == nullptr) return;
        if (loop.way.size() == 2)
            return problems_.error(place.node->line, place.path,
                                   fmt::format("{} is its own fallback", loop.way.front()),
                                   "name another server or another tool");
        problems_.error(place.node->line, place.path,
                        fmt::format("this fallback leads back to where it began: {}",
                                    fmt::join(loop.way, " -> ")),
                        "take out one of them; * stands for any tool");
    }

    const std::vector<child_entry>& entries_;
    const std::vector<child_options>& children_;
    problem_log& problems_;
};

} // namespace

void store_arguments(fallback_target& target, const value_site& site) {
    target.arguments =
        json_of(site.node, site.path, placeholders::are_checked, site.scope.problems);
}

void store_fallbacks(child_options& options, const value_site& site) {
    options.fallbacks = read_fallbacks(site);
}

void store_fallbacks_of_tool(tool_options& options, const value_site& site) {
    options.fallbacks = read_fallbacks(site);
}

void check_fallbacks(const std::vector<child_entry>& entries,
                     const std::vector<child_options>& children, problem_log& problems) {
    fallback_checker{entries, children, problems}.check();
}

} // namespace mcpgw
