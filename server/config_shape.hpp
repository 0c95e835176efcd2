#pragma once

#include "server/config_document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// Which program a file was written for; decides how the entry that replaces it looks.
enum class config_origin : unsigned char {
    ours,        ///< [gateway], [[children]]
    child_list,  ///< a JSON array of children
    mcp_servers, ///< {"mcpServers": {…}}: Claude, Cursor, .mcp.json and many others
    vscode,      ///< {"servers": {…}}, also under "mcp" in settings.json
    codex,       ///< TOML [mcp_servers.x] and [[mcp_servers]]
};

/// One child as the file gives it, its keys already ours.
struct child_entry {
    std::string name;        ///< fits is_valid_upstream_name(), except where that was reported
    std::string path;        ///< for messages: "children[2]", "mcpServers.github"
    config_node node;        ///< without `name`; keys that other programs own are gone
    bool is_skipped = false; ///< it speaks what we do not (WebSocket): reported, left out
};

struct config_parts {
    config_origin origin = config_origin::ours;
    config_node* gateway = nullptr; // sections; null where absent
    config_node* http = nullptr;
    config_node* limits = nullptr;
    config_node* defaults = nullptr;
    std::vector<child_entry> children; ///< skipped ones too
};

/// Finds the parts of a document in any of the accepted shapes. Reports unknown top-level keys,
/// children without a name or with one that does not fit, duplicates, and servers over WebSocket.
/// `root` must outlive the result.
config_parts find_config_parts(config_node& root, problem_log& problems);

/// One entry of another program's file, its keys translated into ours: disabled, envFile,
/// timeout in milliseconds, … What has no meaning here is left out; a warning says so where the
/// user may rely on it.
config_node translate_entry(const config_node& entry, const std::string& path,
                            problem_log& problems);

/// Whether an entry of another program describes a server that is reached over the network.
bool is_remote_entry(const config_node& entry);
/// Whether it is one that only WebSocket leads to.
bool is_websocket_entry(const config_node& entry);

} // namespace mcpgw
