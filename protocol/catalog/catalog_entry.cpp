// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/catalog_entry.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/splice.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace mcpgw {

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Whether a person is shown something else than the name: `title`, and of tools annotations.title
/// too (schema 2025-06-18, BaseMetadata: the name is shown where there is none).
bool has_title(std::string_view json) {
    return is_json_string(find_member(json, "title")) ||
           is_json_string(find_member(find_member(json, "annotations"), "title"));
}

/// The item with its `name` replaced; every other byte stays, but that a name in another script is
/// kept as the title where there is no other.
std::string with_name(const std::string& json, const std::string& original,
                      const std::string& name) {
    const bool needs_title = !is_ascii(original) && !has_title(json);
    const bool has_title_member = !find_member(json, "title").empty(); // which is no text
    const auto title = needs_title ? quote_json(original) : std::string{};
    spliced_text text{json};
    member_reader members{json};
    while (const auto member = members.next()) {
        if (member->key == "title" && needs_title) text.replace(member->value_span, title);
        if (member->key != "name") continue;
        auto value = quote_json(name);
        if (needs_title && !has_title_member) value += ",\"title\":" + title;
        text.replace(member->value_span, std::move(value));
    }
    return text.str();
}

std::vector<param_header> headers_of(const std::string& tool) {
    auto found = read_param_headers(find_member(tool, "inputSchema"));
    return found.has_error() ? std::vector<param_header>{} : std::move(*found);
}

/// Legacy clients may ask for a task only where a tool says so (2025-11-25, basic/utilities/tasks,
/// "Tool-Level Negotiation"), which tools of the modern era do not.
std::string with_optional_tasks(std::string tool) {
    if (!find_member(tool, "execution").empty()) return tool;
    tool.insert(tool.rfind('}'), R"(,"execution":{"taskSupport":"optional"})");
    return tool;
}

} // namespace

catalog_entries::entry_ptr make_entry(list_kind kind, const list_item& item,
                                      std::string_view upstream, const std::string& name,
                                      bool has_task_extension) {
    auto entry = std::make_shared<catalog_entry>();
    entry->key = name;
    const bool is_named = kind == list_kind::tools || kind == list_kind::prompts;
    entry->json = !is_named || name == item.key ? item.json : with_name(item.json, item.key, name);
    if (has_task_extension) entry->json = with_optional_tasks(std::move(entry->json));
    entry->hash = std::hash<std::string_view>{}(entry->json);
    entry->target.upstream = upstream;
    entry->target.original = item.own_name();
    entry->target.arguments = item.arguments;
    if (kind == list_kind::tools) {
        entry->target.headers = headers_of(item.json);
        entry->target.output = output_shape_of(item.json);
        entry->target.tasks = task_support_of(item.json);
    }
    return entry;
}

std::string catalog_entries::name_of(list_kind kind, std::string_view upstream,
                                     std::string_view key) {
    std::string name(1, static_cast<char>('0' + static_cast<int>(kind)));
    name.append(upstream).append(1, '\0').append(key);
    return name;
}

catalog_entries::entry_ptr catalog_entries::find(list_kind kind, std::string_view upstream,
                                                 std::string_view key) const {
    const auto found = entries_.find(name_of(kind, upstream, key));
    return found == entries_.end() ? nullptr : found->second;
}

void catalog_entries::add(list_kind kind, std::string_view upstream, entry_ptr entry) {
    auto name = name_of(kind, upstream, entry->key);
    entries_.insert_or_assign(std::move(name), std::move(entry));
}

void catalog_entries::keep_from(const catalog_entries& before,
                                const std::function<bool(std::string_view upstream)>& is_same) {
    for (const auto& [name, entry] : before.entries_)
        if (entry.use_count() > 1 && is_same(entry->target.upstream)) entries_.emplace(name, entry);
}

} // namespace mcpgw
