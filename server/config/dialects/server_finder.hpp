// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Which program a file was written for; decides how the entry that replaces its servers looks.
enum class config_origin : unsigned char {
    ours,        ///< [gateway], [[children]]
    child_list,  ///< a JSON array of children
    mcp_servers, ///< {"mcpServers": {...}}: Claude, Cursor, .mcp.json and many others
    vscode,      ///< {"servers": {...}}, also under "mcp" in settings.json
    codex,       ///< TOML [mcp_servers.x] and [[mcp_servers]]
    zed,         ///< {"context_servers": {...}}
    opencode,    ///< {"mcp": {"x": {"type": "local", "command": [...]}}}
    amp,         ///< {"amp.mcpServers": {...}}
    goose,       ///< YAML extensions
    bare,        ///< {"x": {"command": ...}}: Warp, plugins
};

/// One entry of another program's file.
struct found_server {
    std::string name;
    std::size_t name_line = 0; ///< 0: it has no name
    const config_node* node = nullptr;
    std::string path;                      ///< for messages: "mcpServers.github"
    std::string project;                   ///< folder that it is meant for; empty: all
    bool is_off = false;                   ///< another key of the file switches it off
    bool is_image = false;                 ///< an entry of a Docker catalog
    std::vector<std::string> hidden_tools; ///< by another key of the file
};

struct found_servers {
    config_origin origin = config_origin::ours;
    bool has_container = false; ///< some key says that servers are in it
    std::vector<found_server> list;
    /// Keys of what was found: "mcpServers", "projects./home/me/app.mcpServers".
    std::vector<std::string> containers;
    /// Nodes that do not stand in the file: they were made of others.
    std::deque<config_node> made;
};

/// Finds the servers of another program's file, wherever it keeps them. What is no entry is told.
/// `is_mixed`: the file is one of ours; only the usual keys count. The result refers to `root`.
found_servers find_servers(const config_node& root, bool is_mixed, problem_log& problems);

/// For messages where nothing was found: what was looked for.
std::string_view known_containers();

} // namespace mcpgw
