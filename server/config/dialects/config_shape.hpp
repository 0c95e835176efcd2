// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/entry_translator.hpp"
#include "server/config/dialects/server_finder.hpp"
#include "server/config/dialects/view_entries.hpp"
#include "server/config/format/config_document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// One child as the file gives it, its keys already ours.
struct child_entry {
    std::string name;        ///< fits is_valid_upstream_name(), except where that was reported
    std::string path;        ///< for messages: "children[2]", "mcpServers.github"
    config_node node;        ///< without `name`; keys that other programs own are gone
    std::size_t line = 0;    ///< of its name
    bool is_skipped = false; ///< it cannot be a child (WebSocket, ...): reported, left out
    std::vector<asked_variable> asked; ///< variables that only the client could look up
};

struct config_parts {
    config_origin origin = config_origin::ours;
    config_node* gateway = nullptr; // sections; null where absent
    config_node* http = nullptr;
    config_node* search = nullptr;
    config_node* limits = nullptr;
    config_node* admin = nullptr;
    config_node* defaults = nullptr;
    config_node* flags = nullptr;
    std::vector<child_entry> children; ///< skipped ones too
    std::vector<view_entry> views;
    std::vector<view_entry> workflows;
    std::string_view program; ///< whose file it is: "Cursor"; empty: unknown
};

/// It is written for this gateway: [gateway], [[children]] and the like are in it.
bool is_own_document(const config_node& root);

/// How messages name the entries of a list of children.
enum class child_paths : unsigned char {
    by_place, ///< "children[2]"
    by_name,  ///< "children[github]": of several files, each of which has a part of it
};

/// Finds the parts of a document in any of the accepted shapes; other programs' entries are
/// translated. Reports unknown top-level keys, children without a name or with one that does not
/// fit, duplicates, and servers that cannot be children.
/// `root` must outlive the result.
config_parts find_config_parts(config_node& root, problem_log& problems,
                               child_paths paths = child_paths::by_place);

} // namespace mcpgw
