// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_views.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_row.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mcpgw {

namespace {

using enum key_effect;

constexpr std::array rows{
    key("name", place_in<&view_options::name>(), at_once,
        "What it is called in its address, /views/NAME/mcp.", required),
    key("description", place_in<&view_options::description>(), at_once,
        "What it is for, in a sentence or two, for people.", no_default),
    key("instructions", place_in<&view_options::instructions>(), new_calls,
        "Shown to its clients before the servers' own instructions.", no_default),
    key("children", place_in<&view_options::children>(), at_once,
        "Servers of the view, by name. Of children, layers and tags each adds servers; where none "
        "of them is said, all servers are part of it."),
    key("layers", place_in<&view_options::layers>(), at_once, "All servers of these layers."),
    key("tags", place_in<&view_options::tags>(), at_once, "All servers with one of these tags."),
    key("tools", place_in<&view_options::tools>(), at_once,
        "Which of their tools it shows: patterns that fit CHILD__TOOL (with the gateway's "
        "separator), where * stands for any text and ! takes away. Unsaid: all. []: none."),
    key("prompts", place_in<&view_options::prompts>(), at_once,
        "Which of their prompts, in the same way."),
    key("resources", place_in<&view_options::resources>(), at_once,
        "Which of their resources: patterns that fit URIs, and the templates of URIs."),
    key("annotations",
        place_by<store_hints, nullptr, &view_options::annotations>(key_type::json_table), at_once,
        "Only tools with these annotations: readOnlyHint, destructiveHint, idempotentHint, "
        "openWorldHint, each true or false.",
        said_default{"{}"}),
    key("expose", place_in<&view_options::expose>(), at_once,
        "all: tools, prompts and resources themselves. gateway: the gateway's own tools, which "
        "know of this view alone. both: the two together. search: tools are found and called by "
        "search_tools and call_tool, among those of this view."),
    key("pinned", place_in<&view_options::pinned>(), at_once,
        "Where expose is search: as search.pinned, for this view. Unsaid: what that says."),
    key("prefix", place_in<&view_options::prefix>(), at_once,
        "As gateway.prefix, for this view. auto: what that says."),
    key("enabled", condition_in<&view_options::is_enabled>(), at_once,
        "false: there is no such view."),
};

constexpr std::array tables{row_table{"views", rows}};

/// What a view says of names that only the rest of the file knows.
class view_check {
public:
    view_check(const checked_section& section, const std::vector<child_options>& children,
               std::string_view separator, problem_log& problems)
        : section_(section), children_(children), separator_(separator), problems_(problems) {}

    void check() const {
        std::vector<std::string_view> names;
        std::vector<std::string_view> layers;
        std::vector<std::string_view> tags;
        for (const auto& child : children_) {
            names.emplace_back(child.name);
            layers.emplace_back(child.layer);
            tags.insert(tags.end(), child.tags.begin(), child.tags.end());
        }
        check_words("children", names, "there is no child {}");
        check_words("layers", layers, "no child is of the layer {}");
        check_words("tags", tags, "no child has the tag {}");
        check_patterns("tools");
        check_patterns("prompts");
    }

private:
    void warn(std::string_view key, std::size_t at, std::string message, std::string hint) const {
        problems_.warning(section_.find(key)->items[at].line, key_path(section_.path_of(key), at),
                          std::move(message), std::move(hint));
    }
    void check_words(std::string_view key, const std::vector<std::string_view>& known,
                     std::string_view message) const {
        const auto* const list = section_.find(key);
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
            const auto& word = list->items[i].text;
            if (std::ranges::find(known, word) != known.end()) continue;
            const auto meant = nearest_word(word, known);
            warn(key, i, fmt::format(fmt::runtime(message), shown_key(word)),
                 meant.empty() ? "" : fmt::format("did you mean {}?", meant));
        }
    }
    void check_patterns(std::string_view key) const {
        const auto* const list = section_.find(key);
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
            const auto& pattern = list->items[i].text;
            const bool may_fit = pattern.find('*') != std::string::npos ||
                                 pattern.find(separator_) != std::string::npos;
            if (!may_fit)
                warn(key, i, fmt::format("{} fits nothing", shown_key(pattern)),
                     fmt::format("names are CHILD{0}NAME; write *{0}{1} for all children",
                                 separator_, shown_key(pattern)));
        }
    }

    const checked_section& section_;
    const std::vector<child_options>& children_;
    std::string_view separator_;
    problem_log& problems_;
};

} // namespace

std::span<const row_table> view_rows() {
    return tables;
}

void store_hints(view_options& options, const value_site& site) {
    const std::array<std::pair<std::string_view, std::optional<bool>*>, 4> known{{
        {"readOnlyHint", &options.annotations.read_only},
        {"destructiveHint", &options.annotations.destructive},
        {"idempotentHint", &options.annotations.idempotent},
        {"openWorldHint", &options.annotations.open_world},
    }};
    for (const auto& [name, line, value] : site.node.members) {
        const auto path = key_path(site.path, name);
        const auto found = std::ranges::find(known, name, &decltype(known)::value_type::first);
        if (found == known.end())
            site.scope.problems.error(line, path, "unknown annotation",
                                      "known here: readOnlyHint, destructiveHint, idempotentHint, "
                                      "openWorldHint");
        else if (value.kind != node_kind::boolean)
            site.scope.problems.error(
                line, path,
                fmt::format("wrong type: expected true or false, found {}", kind_name(value.kind)));
        else
            *found->second = value.boolean;
    }
}

std::vector<view_options> read_views(std::vector<view_entry>& entries,
                                     const std::vector<child_options>& children,
                                     std::string_view separator, const config_scope& scope) {
    std::vector<view_options> made;
    for (auto& entry : entries) {
        expand_section(entry.node, "views", entry.path, scope.environment, scope.problems);
        const checked_section section{&entry.node, "views", entry.path, scope.problems};
        section.store(made.emplace_back(), scope);
        view_check{section, children, separator, scope.problems}.check();
    }
    return made;
}

} // namespace mcpgw
