// SPDX-License-Identifier: Apache-2.0
#include "server/admin/managed_servers.hpp"

#include "server/config/format/config_toml.hpp"
#include "server/config/format/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view head =
    "# Written by mcp-gateway (servers add, remove, enable, disable), which writes it anew each\n"
    "# time. It is laid over the files that you write, and may be deleted.\n";

config_node text_node(const std::string& text) {
    config_node node;
    node.kind = node_kind::string;
    node.text = text;
    return node;
}

std::string_view name_of(const config_node& entry) {
    const auto* const name = entry.find("name");
    return name == nullptr ? std::string_view{} : std::string_view{name->text};
}

} // namespace

std::optional<managed_servers> managed_servers::parse(std::string_view text,
                                                      problem_log& problems) {
    auto root = read_toml_document(text, problems);
    if (!root) return std::nullopt;
    managed_servers made;
    for (auto& [key, line, value] : root->members) {
        const bool is_known = key == "children" && value.is_array() &&
                              std::ranges::all_of(value.items, [](const config_node& entry) {
                                  return entry.is_object() && !name_of(entry).empty();
                              });
        if (!is_known) {
            problems.error(line, key, "is nothing that mcp-gateway writes into this file",
                           "move it to a file of yours");
            return std::nullopt;
        }
        made.entries_ = std::move(value.items);
    }
    return made;
}

config_node* managed_servers::find(std::string_view name) {
    const auto found = std::ranges::find(entries_, name, name_of);
    return found == entries_.end() ? nullptr : &*found;
}

bool managed_servers::defines(std::string_view name) const {
    const auto found = std::ranges::find(entries_, name, name_of);
    return found != entries_.end() &&
           (found->find("command") != nullptr || found->find("url") != nullptr);
}

void managed_servers::add(config_node entry) {
    if (auto* const before = find(name_of(entry)); before != nullptr)
        *before = std::move(entry);
    else
        entries_.push_back(std::move(entry));
}

void managed_servers::remove(const std::string& name) {
    const bool is_ours = defines(name);
    std::erase_if(entries_, [&name](const config_node& entry) { return name_of(entry) == name; });
    if (!is_ours) set(name, "remove", true);
}

void managed_servers::set_enabled(const std::string& name, bool is_enabled) {
    set(name, "enabled", is_enabled);
}

void managed_servers::set(const std::string& name, std::string_view key, bool value) {
    auto* entry = find(name);
    if (entry == nullptr) {
        auto made = make_table(0);
        put(made, "name", text_node(name));
        entry = &entries_.emplace_back(std::move(made));
    }
    std::erase_if(entry->members, [key](const config_member& m) { return m.key == key; });
    config_node node;
    node.kind = node_kind::boolean;
    node.boolean = value;
    node.text = value ? "true" : "false";
    put(*entry, key, std::move(node));
}

std::string managed_servers::toml() const {
    std::string text{head};
    for (const auto& entry : entries_) {
        text += fmt::format("\n[[children]]\nname = {}\n", quote_toml(name_of(entry)));
        for (const auto& [key, line, value] : entry.members)
            if (key != "name" && value.kind != node_kind::null)
                text += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
    }
    return text;
}

} // namespace mcpgw
