// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/view.hpp"

#include "children/policy/tool_filter.hpp"
#include "protocol/catalog/catalog_entry.hpp"
#include "protocol/json/json_members.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

bool takes_away(const std::string& pattern) {
    return pattern.starts_with('!');
}

bool is_taken_away(std::string_view text, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [text](const std::string& pattern) {
        return takes_away(pattern) && fits_pattern(text, std::string_view{pattern}.substr(1));
    });
}

bool has(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool hint_of(std::string_view hints, std::string_view key, bool silence) {
    const auto said = find_member(hints, key);
    return said == "true" || (said != "false" && silence);
}

} // namespace

bool fits_patterns(std::string_view text, const std::optional<std::vector<std::string>>& patterns) {
    if (!patterns) return true;
    if (is_taken_away(text, *patterns)) return false;
    const bool only_takes = !patterns->empty() && std::ranges::all_of(*patterns, takes_away);
    return only_takes || std::ranges::any_of(*patterns, [text](const std::string& pattern) {
               return !takes_away(pattern) && fits_pattern(text, pattern);
           });
}

bool view::has_server(const child_options& server) const {
    const auto& children = options_.children;
    const auto& layers = options_.layers;
    const auto& tags = options_.tags;
    if (children.empty() && layers.empty() && tags.empty()) return true;
    return has(children, server.name) || (!server.layer.empty() && has(layers, server.layer)) ||
           std::ranges::any_of(server.tags,
                               [&tags](const std::string& tag) { return has(tags, tag); });
}

bool view::fits_hints(std::string_view tool_json) const {
    const auto& wanted = options_.annotations;
    if (wanted == tool_hints{}) return true;
    const auto hints = find_member(tool_json, "annotations");
    const bool is_read_only = hint_of(hints, "readOnlyHint", false);
    const auto fits = [](const std::optional<bool>& one, bool said) {
        return !one || *one == said;
    };
    // The other two mean something of tools that change their environment only.
    return fits(wanted.read_only, is_read_only) &&
           fits(wanted.destructive, !is_read_only && hint_of(hints, "destructiveHint", true)) &&
           fits(wanted.idempotent, is_read_only || hint_of(hints, "idempotentHint", false)) &&
           fits(wanted.open_world, hint_of(hints, "openWorldHint", true));
}

bool view::admits(std::string_view server, list_kind kind, const list_item& item) const {
    const bool is_tool = kind == list_kind::tools;
    if (!is_tool && kind != list_kind::prompts) return fits_patterns(item.key, options_.resources);
    const auto& patterns = is_tool ? options_.tools : options_.prompts;
    if (patterns) {
        std::string name{server};
        name.append(separator_).append(item.key);
        if (!fits_patterns(name, patterns)) return false;
    }
    return !is_tool || fits_hints(item.json);
}

bool view::admits_unlisted(std::string_view uri, bool has_template) const {
    if (!options_.resources) return true;
    return has_template ? !is_taken_away(uri, *options_.resources)
                        : fits_patterns(uri, options_.resources);
}

} // namespace mcpgw
