// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/shown_lists.hpp"

#include "protocol/json/json_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

/// The lists of one server on their way to its clients.
class list_editor {
public:
    list_editor(upstream_lists& lists, const child_options& options)
        : lists_(lists), options_(options) {}

    void edit() {
        edit_tools();
        edit_prompts();
        edit_resources();
    }

private:
    void remark(std::string text) {
        if (lists_.remarks.size() < upstream_lists::remarks_max)
            lists_.remarks.push_back(std::move(text));
    }
    /// What clients know something as must be one thing: what was renamed has its name. After all
    /// of them were, since two may have changed places.
    void settle_names(std::vector<list_item>& items, std::string_view table) {
        std::map<std::string, std::string> renamed; // by the new name
        for (const auto& item : items)
            if (!item.original.empty()) renamed.emplace(item.key, item.original);
        std::erase_if(items, [&](const list_item& item) {
            if (item.json.empty()) return true; // hidden
            const auto other = renamed.find(item.key);
            if (!item.original.empty() || other == renamed.end()) return false;
            remark(fmt::format("{}.{}: '{}' of the server itself is left out, since another one is "
                               "shown under this name",
                               table, other->second, item.key));
            return true;
        });
    }
    static void rename(list_item& item, const std::optional<std::string>& name) {
        if (name && *name != item.key) item.original = std::exchange(item.key, *name);
    }
    static std::size_t place_of(const std::vector<list_item>& items, std::string_view own_name) {
        const auto found = std::ranges::find(items, own_name, &list_item::own_name);
        return static_cast<std::size_t>(found - items.begin());
    }

    void edit_tools() {
        auto& tools = lists_.tools;
        std::erase_if(tools,
                      [this](const list_item& tool) { return !options_.offered.admits(tool.key); });
        for (const auto& [name, tool] : options_.tools) {
            if (tool.is_shown_as_it_is() || !options_.offered.admits(name)) continue;
            const auto key = fmt::format("tools.{}", name);
            const auto at = place_of(tools, name);
            if (at == tools.size()) {
                miss(key, "tool", list_kind::tools);
                continue;
            }
            auto& item = tools[at];
            item.json = shown_entry(item.json, tool.shown, tool.annotations);
            if (const auto rules = tool.rules()) edit_arguments(item, rules, key);
            rename(item, tool.shown.name);
        }
        settle_names(tools, "tools");
    }

    void edit_arguments(list_item& item, const std::shared_ptr<const argument_rules>& rules,
                        const std::string& key) {
        const auto schema = find_member(item.json, "inputSchema");
        for (const auto& misfit : rules->misfits(schema))
            remark(fmt::format("{}.arguments: {}", key, misfit));
        item.json = with_value(item.json, "inputSchema", rules->shown_schema(schema));
        item.arguments = rules;
    }

    void edit_prompts() {
        auto& prompts = lists_.prompts;
        for (const auto& [name, prompt] : options_.prompts) {
            const auto at = place_of(prompts, name);
            if (at == prompts.size()) {
                miss(fmt::format("prompts.{}", name), "prompt", list_kind::prompts);
                continue;
            }
            auto& item = prompts[at];
            item.json = prompt.is_enabled ? shown_entry(item.json, prompt) : std::string{};
            if (prompt.is_enabled) rename(item, prompt.name);
        }
        settle_names(prompts, "prompts");
    }

    /// A resource is what its URI says, which is never another: only what is told of it changes.
    void edit_resources() {
        for (const auto& [uri, resource] : options_.resources) {
            bool is_there = false;
            for (auto* const items : {&lists_.resources, &lists_.templates}) {
                const auto at = place_of(*items, uri);
                if (at == items->size()) continue;
                is_there = true;
                auto& item = (*items)[at];
                if (resource.is_enabled)
                    item.json = shown_entry(item.json, resource);
                else
                    items->erase(items->begin() + static_cast<std::ptrdiff_t>(at));
            }
            if (!resource.is_enabled)
                lists_.hidden_uris.push_back(uri);
            else if (!is_there)
                miss(fmt::format("resources.{}", uri), "resource or template",
                     list_kind::resources);
        }
    }

    /// Only where the server has told its list.
    void miss(const std::string& key, std::string_view noun, list_kind kind) {
        if (!lists_.has_list(kind)) return;
        remark(fmt::format("{}: the server has no such {}", key, noun));
    }

    upstream_lists& lists_;
    const child_options& options_;
};

bool shows_all_as_it_is(const child_options& options) {
    const auto is_plain = [](const auto& tool) {
        return tool.second.is_shown_as_it_is();
    };
    return options.offered.is_open() && options.prompts.empty() && options.resources.empty() &&
           std::ranges::all_of(options.tools, is_plain);
}

} // namespace

std::shared_ptr<const upstream_lists> shown_lists(std::shared_ptr<const upstream_lists> said,
                                                  const child_options& options) {
    if (shows_all_as_it_is(options)) return said;
    auto shown = std::make_shared<upstream_lists>(*said);
    list_editor{*shown, options}.edit();
    return shown;
}

std::string own_tool_name(const child_options& options, std::string_view shown) {
    for (const auto& [name, tool] : options.tools)
        if (tool.shown.name && *tool.shown.name == shown)
            return options.offered.admits(name) ? name : std::string{};
    const auto own = options.tools.find(shown);
    const bool has_other_name =
        own != options.tools.end() && own->second.shown.name && *own->second.shown.name != shown;
    return has_other_name || !options.offered.admits(shown) ? std::string{} : std::string{shown};
}

} // namespace mcpgw
