// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/server_finder.hpp"

#include "server/config/dialects/entry_fields.hpp"
#include "server/config/dialects/entry_translator.hpp"
#include "server/config/dialects/listed_entries.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

using enum config_origin;

constexpr std::size_t chain_max = 5;

/// Where a program keeps its servers: a key in a key, ...
struct place {
    std::array<std::string_view, chain_max> keys;
    config_origin origin = mcp_servers;
    /// The key means other things too: it counts where something in it looks like a server.
    bool is_ambiguous = false;
};

constexpr std::array places{
    place{{"mcpServers"}, mcp_servers},
    place{{"mcp_servers"}, codex},
    place{{"servers"}, vscode},
    place{{"mcp", "servers"}, vscode},
    place{{"mcp.servers"}, vscode},
    place{{"mcp", "mcpServers"}, mcp_servers},
    place{{"customizations", "vscode", "mcp", "servers"}, vscode},
    place{{"customizations", "vscode", "settings", "mcp", "servers"}, vscode},
    place{{"context_servers"}, zed},
    place{{"amp.mcpServers"}, amp},
    place{{"amp", "mcpServers"}, amp},
    place{{"augment.advanced", "mcpServers"}, mcp_servers},
    place{{"settings", "mcp", "servers"}, vscode},
    place{{"experimental", "modelContextProtocolServers"}, mcp_servers},
    place{{"registry"}, bare, true},
    place{{"mcp"}, opencode, true},
    place{{"extensions"}, goose, true},
    place{{"clients"}, mcp_servers, true},
};

bool is_ours_or_comment(std::string_view key) {
    return key.starts_with('$') || key.starts_with('_') || key.starts_with("//");
}

/// What an ambiguous container has in it, at least once.
bool may_be_server(const config_node& node) {
    return looks_like_entry(node) ||
           (node.is_object() && node.find("type") != nullptr && node.find("name") != nullptr);
}

class finder {
public:
    finder(const config_node& root, problem_log& problems) : root_(root), problems_(problems) {}

    found_servers find(bool is_mixed) {
        if (!is_mixed) look_at_lists();
        if (made_.has_container && !made_.made.empty()) return std::move(made_);
        for (const auto& p : places)
            if (!is_mixed || p.keys[1].empty()) look_at(root_, p, is_mixed);
        if (is_mixed) return std::move(made_);
        look_at_projects();
        look_at_bundle();
        if (!made_.has_container) look_deeper(root_, "", 0);
        if (!made_.has_container) look_at_root();
        switch_off();
        hide_tools();
        return std::move(made_);
    }

private:
    void look_at(const config_node& from, const place& p, bool is_mixed) {
        if (is_mixed && p.is_ambiguous) return;
        const auto* node = &from;
        std::string path;
        for (const auto key : p.keys) {
            if (key.empty()) break;
            if (!node->is_object()) return;
            node = node->find(key);
            if (node == nullptr) return;
            path = key_path(path, key);
        }
        if (node->kind == node_kind::null || node == &from) return;
        if (p.is_ambiguous && !is_container(*node)) return;
        add_container(*node, path, p.origin, "");
    }

    static bool is_container(const config_node& node) {
        // {"mcp": {"servers": {...}}} is another place's.
        return std::ranges::any_of(node.items, may_be_server) ||
               std::ranges::any_of(node.members, [](const config_member& member) {
                   return member.key != "servers" && may_be_server(member.value);
               });
    }

    void add_container(const config_node& node, const std::string& path, config_origin origin,
                       const std::string& project) {
        if (!made_.has_container) made_.origin = origin;
        made_.has_container = true;
        made_.containers.push_back(path);
        if (node.is_array()) return add_list(node, path, origin);
        if (!node.is_object())
            return problems_.error(
                node.line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(node.kind)));
        const bool is_catalog = path == "registry";
        for (const auto& member : node.members) {
            if (is_ours_or_comment(member.key)) continue;
            if (origin == opencode && !member.value.is_object()) continue;
            add(member.key, member.line, member.value, key_path(path, member.key), project);
            if (!made_.list.empty()) made_.list.back().is_image = is_catalog;
        }
    }

    void add_list(const config_node& list, const std::string& path, config_origin origin) {
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const auto& item = list.items[i];
            const auto item_path = key_path(path, i);
            const config_node* name = nullptr;
            for (const std::string_view key : {"name", "id", "key", "title"})
                if (name == nullptr || !name->is_string()) name = item.find(key);
            const bool has_name = name != nullptr && name->is_string();
            if (has_name || !item.is_object() || origin == codex) {
                if (item.is_object() && !has_name)
                    problems_.error(item.line, item_path, "a child without a name",
                                    "add name = \"...\"");
                add(has_name ? name->text : "", has_name ? name->line : 0, item, item_path, "");
                continue;
            }
            // Some programs name none of theirs.
            auto made_up = fmt::format("server-{}", i + 1);
            problems_.warning(item.line, item_path,
                              fmt::format("it has no name; it is called {} here", made_up));
            add(std::move(made_up), item.line, item, item_path, "");
        }
    }

    void add(std::string name, std::size_t line, const config_node& node, std::string path,
             const std::string& project) {
        if (node.kind == node_kind::null) return; // as good as absent
        if (!node.is_object()) {
            problems_.error(
                node.line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(node.kind)));
            problems_.assign_to_child(path); // the others can run
            return;
        }
        made_.list.push_back(
            {std::move(name), line, &node, std::move(path), project, false, false, {}});
    }

    /// What has to be put together first.
    void look_at_lists() {
        add_made(entries_of_registry(root_, problems_));
        if (made_.has_container) return;
        add_made(entries_by_transport(root_, problems_));
        add_made(entries_among_tools(root_));
    }

    void add_made(std::vector<listed_entry> entries) {
        for (auto& entry : entries) {
            if (!made_.has_container) made_.origin = bare;
            made_.has_container = true;
            made_.containers.push_back(entry.path);
            const auto& node = made_.made.emplace_back(std::move(entry.node));
            if (entry.name.empty())
                problems_.error(entry.line, entry.path, "a child without a name", "give it a name");
            add(std::move(entry.name), entry.line, node, std::move(entry.path), "");
        }
    }

    /// ~/.claude.json keeps the servers of every project.
    void look_at_projects() {
        const auto* const projects = root_.find("projects");
        if (projects == nullptr) return;
        for (const auto& [folder, line, node] : projects->members) {
            const auto* const servers = node.find("mcpServers");
            if (servers == nullptr || !servers->is_object() || servers->members.empty()) continue;
            const auto first = made_.list.size();
            add_container(*servers, key_path(key_path("projects", folder), "mcpServers"),
                          mcp_servers, folder);
            for (auto i = first; i < made_.list.size(); ++i)
                made_.list[i].is_off = is_named(node, "disabledMcpServers", made_.list[i].name);
        }
    }

    /// A bundle's manifest.json: how its one server is started.
    void look_at_bundle() {
        const auto* const server = root_.find("server");
        const auto* const start = server == nullptr ? nullptr : server->find("mcp_config");
        if (start == nullptr || !looks_like_entry(*start)) return;
        const auto* const name = root_.find("name");
        const bool has_name = name != nullptr && name->is_string() && !name->text.empty();
        made_.has_container = true;
        made_.origin = bare;
        add(has_name ? name->text : "server", start->line, *start, "server.mcp_config", "");
    }

    /// Where no place of a known program has any: the usual keys, deeper in.
    void look_deeper(const config_node& node, const std::string& path, std::size_t depth) {
        constexpr std::size_t depth_max = 3;
        for (const auto& member : node.members) {
            const auto member_path = key_path(path, member.key);
            // Settings of editors: {"NAME.mcpServers": ...}.
            if (member.key.ends_with(".mcpServers"))
                add_container(member.value, member_path, mcp_servers, "");
            if (!member.value.is_object()) continue;
            for (const std::string_view key : {"mcpServers", "mcp_servers", "context_servers"})
                if (const auto* const found = member.value.find(key); found != nullptr)
                    add_container(*found, key_path(member_path, key), mcp_servers, "");
            if (depth < depth_max) look_deeper(member.value, member_path, depth + 1);
        }
    }

    /// {"x": {"command": ...}}, or a single server.
    void look_at_root() {
        if (!root_.is_object()) return;
        if (looks_like_entry(root_)) {
            const auto* const name = root_.find("name");
            const bool has_name = name != nullptr && name->is_string() && !name->text.empty();
            const std::filesystem::path file{problems_.file_of(root_.line)};
            made_.has_container = true;
            made_.origin = bare;
            return add(has_name ? name->text : file.stem().string(), root_.line, root_, "", "");
        }
        const bool is_map = std::ranges::any_of(root_.members, [](const config_member& member) {
            return looks_like_entry(member.value);
        });
        if (!is_map) return;
        made_.has_container = true;
        made_.origin = bare;
        for (const auto& member : root_.members)
            if (looks_like_entry(member.value))
                add(member.key, member.line, member.value, shown_key(member.key), "");
            else if (!is_ours_or_comment(member.key))
                problems_.warning(member.line, shown_key(member.key), "no server; left out");
    }

    // ---- what other keys say ------------------------------------------------------------------

    static bool is_named(const config_node& table, std::string_view key, const std::string& name) {
        const auto* const list = table.find(key);
        return list != nullptr && std::ranges::any_of(list->items, [&](const config_node& item) {
                   return item.text == name;
               });
    }

    void switch_off() {
        const auto* const mcp = root_.find("mcp");
        for (auto& server : made_.list) {
            const auto& name = server.name;
            for (const std::string_view key :
                 {"disabledMcpServers", "disabledMcpjsonServers", "excludeMCPServers"})
                server.is_off = server.is_off || is_named(root_, key, name);
            if (const auto* const list = root_.find("allowMCPServers");
                list != nullptr && list->is_array())
                server.is_off = server.is_off || !is_named(root_, "allowMCPServers", name);
            if (mcp == nullptr || made_.origin != mcp_servers) continue;
            const auto* const allowed = mcp->find("allowed");
            server.is_off =
                server.is_off || is_named(*mcp, "excluded", name) ||
                (allowed != nullptr && allowed->is_array() && !is_named(*mcp, "allowed", name));
        }
    }

    /// opencode: {"tools": {"github_*": false}} beside the servers.
    void hide_tools() {
        const auto* const tools = root_.find("tools");
        if (tools == nullptr || (made_.origin != opencode && made_.origin != vscode)) return;
        for (const auto& [pattern, line, value] : tools->members) {
            if (value.kind != node_kind::boolean || value.boolean) continue;
            for (auto& server : made_.list) {
                if (pattern == server.name + "*" || pattern == server.name + "_*")
                    server.hidden_tools.emplace_back("*");
                else if (pattern.starts_with(server.name + "_"))
                    server.hidden_tools.push_back(pattern.substr(server.name.size() + 1));
            }
        }
    }

    const config_node& root_;
    problem_log& problems_;
    found_servers made_;
};

} // namespace

found_servers find_servers(const config_node& root, bool is_mixed, problem_log& problems) {
    return finder{root, problems}.find(is_mixed);
}

std::string_view known_containers() {
    return "mcpServers, mcp_servers, servers, mcp.servers, mcp, context_servers, amp.mcpServers, "
           "extensions, registry, projects.*.mcpServers, "
           "customizations.vscode.mcp.servers, or servers at the top";
}

} // namespace mcpgw
