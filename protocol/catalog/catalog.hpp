// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "protocol/catalog/argument_rules.hpp"
#include "protocol/catalog/cache_hints.hpp"
#include "protocol/catalog/public_names.hpp"
#include "protocol/http/param_headers.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/text/uri_template.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One tool, prompt, resource or template, as its server described it.
struct list_item {
    std::string key;        ///< name, or uri / uriTemplate
    std::string json;       ///< the raw object
    std::string original{}; ///< what its server calls it; empty: the same
    std::shared_ptr<const argument_rules> arguments{}; ///< of a tool; null: its clients give all

    /// What its server calls it.
    [[nodiscard]] const std::string& own_name() const { return original.empty() ? key : original; }
};

/// Everything one upstream offers.
struct upstream_lists {
    std::vector<list_item> tools, prompts, resources, templates;
    std::array<cache_hints, list_kinds> hints; ///< by list_kind, of all its pages together
    cache_hints::time_point fetched_at{};      ///< when the server was asked for its lists
    std::string capabilities;   ///< raw object from initialize or discover; empty: never started
    std::string instructions;   ///< text; may be empty
    cache_hints discover_hints; ///< of server/discover
    /// What was wrong with entries and is mended or left out, in words; not more than remarks_max.
    std::vector<std::string> remarks;
    static constexpr std::size_t remarks_max = 20;
    /// URIs that clients must not reach, listed or not.
    std::vector<std::string> hidden_uris;

    [[nodiscard]] const std::vector<list_item>& items(list_kind kind) const;
    [[nodiscard]] std::vector<list_item>& items(list_kind kind);
    /// The server has such a list. Before it has told, none.
    [[nodiscard]] bool has_list(list_kind kind) const;
    /// It says when the list changes; otherwise the list is good for as long as its hints say.
    [[nodiscard]] bool tells_changes(list_kind kind) const;
    /// Some list may have changed without notice.
    [[nodiscard]] bool is_stale(cache_hints::time_point now) const;
};

/// Where a public name or URI leads.
struct catalog_target {
    std::string upstream;
    std::string original; ///< name or uri as the upstream knows it
    /// Of a tool: its `x-mcp-header` parameters; none where its schema has them in a wrong way.
    std::vector<param_header> headers{};
    output_shape output = output_shape::undeclared;    ///< of a tool
    task_support tasks = task_support::forbidden;      ///< of a tool
    std::shared_ptr<const argument_rules> arguments{}; ///< of a tool; null: its clients give all
};

/// A part of a list as one client sees it.
struct list_view {
    std::optional<revision> client; ///< nothing: as the servers said it
    bool has_tasks = false;         ///< tasks are relayed to this client
    std::size_t first = 0;
    std::size_t count = static_cast<std::size_t>(-1);
};

/// A name or URI that more than one upstream wanted.
struct catalog_conflict {
    std::string kind; ///< "tool", "prompt", "resource", "resource template"
    std::string key;
    std::string kept;                ///< upstream that has it, or empty where all got a prefix
    std::vector<std::string> others; ///< every upstream that wanted it, the one in `kept` too
    bool is_own = false;             ///< the gateway itself has it, so no upstream can
    bool is_lost = false;            ///< somebody who wanted it has no other name instead

    /// A sentence for people: who wanted it and what became of it.
    [[nodiscard]] std::string outcome() const;
};

/// What the gateway offers of its upstreams, merged, in deterministic order: upstreams as given,
/// items as their server listed them. Immutable once built; shared with the requests that read it.
/// List bodies are rendered when somebody first asks for them: serving a list copies bytes. Used by
/// one thread.
class catalog {
public:
    struct source {
        std::string upstream;
        const upstream_lists* lists = nullptr;
    };
    catalog() = default;
    /// `naming`: nothing keeps every name as its server gave it (a view of one upstream alone).
    catalog(const std::vector<source>& sources, const std::optional<naming_options>& naming);

    /// Raw JSON array; lives as long as the catalog. Positions beyond the end give an empty one.
    [[nodiscard]] const std::string& page(list_kind kind, const list_view& view) const;
    [[nodiscard]] std::size_t size(list_kind kind) const { return list(kind).size(); }
    /// Of the names or URIs in their order: what makes a position in the list mean the same item.
    [[nodiscard]] std::uint64_t digest(list_kind kind) const;
    /// Of all servers that have such a list; a server that has not told yet counts as well. What
    /// a server gives for a time and takes back without notice is worth what is left of that time.
    [[nodiscard]] cache_hints hints(list_kind kind, cache_hints::time_point now) const;

    /// Whole lists as the servers said them, names aside.
    [[nodiscard]] const std::string& tools_json() const { return page(list_kind::tools, {}); }
    [[nodiscard]] const std::string& prompts_json() const { return page(list_kind::prompts, {}); }
    [[nodiscard]] const std::string& resources_json() const {
        return page(list_kind::resources, {});
    }
    [[nodiscard]] const std::string& templates_json() const {
        return page(list_kind::templates, {});
    }

    [[nodiscard]] const catalog_target* find_tool(std::string_view public_name) const;
    [[nodiscard]] const catalog_target* find_prompt(std::string_view public_name) const;
    /// By exact URI, then by the templates in order.
    [[nodiscard]] const catalog_target* find_resource(std::string_view uri) const;
    /// By exact URI alone.
    [[nodiscard]] const catalog_target* find_listed_resource(std::string_view uri) const;
    /// By the template's own text, for completion.
    [[nodiscard]] const catalog_target* find_template(std::string_view uri_template) const;

    /// Nobody reaches it at that server: it may have resources that it does not list, but not this.
    [[nodiscard]] bool hides(std::string_view upstream, std::string_view uri) const;

    [[nodiscard]] const std::vector<catalog_conflict>& conflicts() const { return conflicts_; }

private:
    using index = std::map<std::string, catalog_target, std::less<>>;
    using item_list = std::vector<list_item>;
    [[nodiscard]] const item_list& list(list_kind kind) const {
        return items_[static_cast<std::size_t>(kind)];
    }
    void add_named(const std::vector<source>& sources, list_kind kind,
                   const std::optional<naming_options>& naming, index& into);
    void add_by_uri(const std::vector<source>& sources, list_kind kind,
                    const std::set<std::string, std::less<>>& reserved, index& into);
    void note_hints(const std::vector<source>& sources);

    std::array<item_list, list_kinds> items_; ///< keys and objects with their public names
    struct hint_part {
        cache_hints hints;
        std::optional<cache_hints::time_point> counts_from; ///< nothing: changes are told
    };
    std::array<std::vector<hint_part>, list_kinds> hints_;
    mutable std::map<std::array<std::size_t, 5>, std::string> rendered_;
    index tools_, prompts_, resources_, templates_;
    std::multimap<std::string, std::string, std::less<>> hidden_; ///< URI, and where
    std::vector<catalog_conflict> conflicts_;
};

} // namespace mcpgw
