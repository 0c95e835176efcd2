// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "protocol/catalog/public_names.hpp"
#include "protocol/message/list_kind.hpp"
#include "server/catalog/exposure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

struct list_item;

/// What a tool must say of itself (2025-11-25, schema, ToolAnnotations). What it does not say is
/// what the schema says of silence.
struct tool_hints {
    std::optional<bool> read_only, destructive, idempotent, open_world;

    bool operator==(const tool_hints&) const = default;
};

/// A view as the configuration has it. Patterns are texts in which `*` stands for any text; one
/// that begins with `!` takes away. Nothing: all of them.
struct view_options {
    std::string name;
    std::string description;  ///< for people
    std::string instructions; ///< for clients, before those of the servers
    /// The servers of it: those that any of the three names; all, where none names any.
    std::vector<std::string> children, layers, tags;
    std::optional<std::vector<std::string>> tools, prompts; ///< fit SERVER SEPARATOR NAME
    std::optional<std::vector<std::string>> resources;      ///< fit URIs and templates of them
    tool_hints annotations;
    exposure expose = exposure::all;
    /// Where it exposes `search`: tools that are listed all the same; nothing: the gateway's.
    std::optional<std::vector<std::string>> pinned;
    std::optional<prefix_policy> prefix; ///< nothing: the gateway's
    bool is_enabled = true;

    bool operator==(const view_options&) const = default;
};

/// One face of the gateway: which servers, and which of their tools, prompts and resources, its
/// clients are shown. What it does not show is not there for them. A value without I/O; whoever
/// looks a name up asks it (catalog_view).
class view {
public:
    /// `separator`: of the gateway's names, which patterns go by.
    view(view_options options, std::string separator)
        : options_(std::move(options)), separator_(std::move(separator)) {}

    [[nodiscard]] const view_options& options() const { return options_; }
    [[nodiscard]] bool shows_own() const { return shows_own_tools(options_.expose); }
    [[nodiscard]] bool shows_lists() const { return options_.expose != exposure::gateway; }

    /// Its tools are found, not listed.
    [[nodiscard]] bool finds_tools() const { return options_.expose == exposure::search; }

    [[nodiscard]] bool has_server(const child_options& server) const;
    /// An entry of a server of the view, as its server's lists show it.
    [[nodiscard]] bool admits(std::string_view server, list_kind kind, const list_item& item) const;
    /// A URI that no list names, of which a template or a link tells.
    [[nodiscard]] bool admits_unlisted(std::string_view uri, bool has_template) const;

private:
    [[nodiscard]] bool fits_hints(std::string_view tool_json) const;

    view_options options_;
    std::string separator_;
};

/// Whether a text is one of those that the patterns mean.
bool fits_patterns(std::string_view text, const std::optional<std::vector<std::string>>& patterns);

} // namespace mcpgw
