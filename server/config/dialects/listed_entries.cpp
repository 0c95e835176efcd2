// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/listed_entries.hpp"

#include "server/config/dialects/entry_translator.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace {

std::string text_of(const config_node& node, std::string_view key) {
    const auto* const found = node.find(key);
    return found != nullptr && found->is_string() ? found->text : std::string{};
}

/// A token, however it is written, for `bearer_token`.
config_node token_of(const config_node& value) {
    constexpr std::string_view scheme = "Bearer ";
    auto made = value;
    if (made.text.starts_with(scheme)) made.text.erase(0, scheme.size());
    return made;
}

struct transport_list {
    std::string_view key;
    std::string_view transport;
};
constexpr std::array transport_lists{
    transport_list{"sse_servers", "sse"},
    transport_list{"shttp_servers", "http"},
    transport_list{"stdio_servers", "stdio"},
};

config_node entry_by_transport(const config_node& item, std::string_view transport) {
    auto made = make_table(item.line);
    put(made, "type", make_text(std::string{transport}, item.line));
    if (item.is_string()) put(made, "url", item);
    for (const auto& member : item.members) {
        if (member.key == "api_key" && member.value.is_string())
            put(made, "bearer_token", token_of(member.value));
        else if (member.key != "type")
            made.members.push_back(member);
    }
    return made;
}

} // namespace

std::vector<listed_entry> entries_by_transport(const config_node& root, problem_log& problems) {
    std::vector<listed_entry> found;
    const auto look_at = [&](const config_node& holder, const std::string& path) {
        for (const auto& [key, transport] : transport_lists) {
            const auto* const list = holder.find(key);
            if (list == nullptr || !list->is_array()) continue;
            for (std::size_t i = 0; i < list->items.size(); ++i) {
                const auto& item = list->items[i];
                if (item.kind == node_kind::null) continue;
                auto place = key_path(path.empty() ? std::string{key} : key_path(path, key), i);
                if (!item.is_object() && !item.is_string()) {
                    problems.warning(
                        item.line, place,
                        fmt::format("expected a table or an address, found {}; left out",
                                    kind_name(item.kind)));
                    continue;
                }
                auto name = text_of(item, "name");
                if (name.empty()) {
                    name = fmt::format("{}-{}", transport, i + 1);
                    problems.warning(item.line, place,
                                     fmt::format("it has no name; it is called {} here", name));
                }
                found.push_back({std::move(name), item.line, entry_by_transport(item, transport),
                                 std::move(place)});
            }
        }
    };
    look_at(root, "");
    for (const std::string_view key : {"mcp", "mcp_config"})
        if (const auto* const holder = root.find(key); holder != nullptr)
            look_at(*holder, std::string{key});
    return found;
}

std::vector<listed_entry> entries_among_tools(const config_node& root) {
    std::vector<listed_entry> found;
    const auto look_at = [&found](const config_node* tools, const std::string& path) {
        if (tools == nullptr || !tools->is_array()) return;
        for (std::size_t i = 0; i < tools->items.size(); ++i) {
            const auto& tool = tools->items[i];
            if (text_of(tool, "type") != "mcp") continue;
            auto made = make_table(tool.line);
            for (const auto& member : tool.members) {
                const bool is_filter = member.key == "allowed_tools" && member.value.is_object();
                if (member.key == "type" || member.key == "server_label") continue;
                if (member.key == "authorization" && member.value.is_string()) {
                    put(made, "bearer_token", token_of(member.value));
                } else if (is_filter) {
                    for (const auto& rule : member.value.members)
                        if (rule.key == "tool_names")
                            put(made, member.key, rule.value);
                        else
                            made.members.push_back(rule);
                } else {
                    made.members.push_back(member);
                }
            }
            found.push_back({text_of(tool, "server_label"), tool.line, std::move(made),
                             key_path(path, i)});
        }
    };
    look_at(root.find("tools"), "tools");
    if (const auto* const session = root.find("session"); session != nullptr)
        look_at(session->find("tools"), "session.tools");
    return found;
}

} // namespace mcpgw
