// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_overrides.hpp"

#include "protocol/ascii.hpp"
#include "server/config/sections/config_json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t name_bytes_max = 128; // 2025-11-25, server/tools, "Tool Names"

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](char c) {
        return is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
}

void store_checked_name(std::optional<std::string>& name, const value_site& site) {
    if (is_name(site.node.text))
        name = site.node.text;
    else
        site.error(fmt::format("must be 1 to {} characters of A-Z a-z 0-9 _ - .", name_bytes_max));
}

std::string json_of(const value_site& site) {
    return json_of(site.node, site.path, placeholders::are_text, site.scope.problems);
}

/// Each table of a table, kept under its name.
template <class Options>
void store_each(std::map<std::string, Options, std::less<>>& into, std::string_view section,
                const value_site& site) {
    problem_log reported{""}; // the first check reported them
    for (const auto& [name, line, node] : site.node.members) {
        const checked_section one{&node, section, key_path(site.path, name), reported};
        Options made;
        one.store(made, site.scope);
        into.insert_or_assign(name, std::move(made));
    }
}

/// Reports each name that is given twice in one table: `name_of` says what an entry is shown as.
template <class Map, class NameOf>
void check_names(const checked_section& section, std::string_view table, const Map& entries,
                 NameOf name_of, problem_log& problems) {
    const auto* const node = section.find(table);
    if (node == nullptr) return;
    std::map<std::string_view, std::string_view> owners;
    for (const auto& [own, entry] : entries)
        if (!name_of(entry)) owners.emplace(own, own);
    for (const auto& [own, entry] : entries) {
        const auto& name = name_of(entry);
        if (!name) continue;
        const auto [place, is_new] = owners.emplace(*name, own);
        const auto* const renamed = node->find(own);
        const auto* const at = renamed == nullptr ? nullptr : renamed->find("rename");
        if (is_new || at == nullptr) continue;
        problems.error(at->line, key_path(key_path(section.path_of(table), own), "rename"),
                       fmt::format("{} has this name already", shown_key(place->second)));
    }
}

} // namespace

void store_name(tool_options& options, const value_site& site) {
    store_checked_name(options.shown.name, site);
}

void store_name_of_prompt(entry_override& options, const value_site& site) {
    store_checked_name(options.name, site);
}

void store_annotations(tool_options& options, const value_site& site) {
    options.annotations = json_of(site);
}

void store_overrides(tool_options& options, const value_site& site) {
    store_each(options.arguments, "children.arguments", site);
    for (const auto& [name, argument] : options.arguments)
        if (!argument.value.empty() && !argument.fallback.empty())
            site.scope.problems.error(
                site.node.find(name)->line, key_path(site.path, name), "has a value and a default",
                "value is always sent, default where the client says nothing");
}

void store_fixed_value(argument_override& argument, const value_site& site) {
    argument.value = json_of(site);
}

void store_default_value(argument_override& argument, const value_site& site) {
    argument.fallback = json_of(site);
}

void store_prompts(child_options& options, const value_site& site) {
    store_each(options.prompts, "children.prompts", site);
}

void store_resources(child_options& options, const value_site& site) {
    store_each(options.resources, "children.resources", site);
}

void check_shown_names(const checked_section& section, const child_options& options,
                       problem_log& problems) {
    const auto of_tool = [](const tool_options& tool) -> const std::optional<std::string>& {
        return tool.shown.name;
    };
    const auto of_prompt = [](const entry_override& one) -> const std::optional<std::string>& {
        return one.name;
    };
    check_names(section, "tools", options.tools, of_tool, problems);
    check_names(section, "prompts", options.prompts, of_prompt, problems);
}

} // namespace mcpgw
