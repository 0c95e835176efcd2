// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/catalog/cache_hints.hpp"
#include "protocol/catalog/catalog_entry.hpp"
#include "protocol/catalog/public_names.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/text/uri_template.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

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
        /// Which of its entries are part of the catalog; empty: all of them.
        std::function<bool(list_kind, const list_item&)> admits{};
    };
    catalog() = default;
    /// `naming`: nothing keeps every name as its server gave it (a view of one upstream alone).
    /// `shared`: where its entries are taken from and added to; null: they are its own.
    catalog(const std::vector<source>& sources, const std::optional<naming_options>& naming,
            catalog_entries* shared = nullptr);

    /// Raw JSON array; lives as long as the catalog. Positions beyond the end give an empty one.
    [[nodiscard]] const std::string& page(list_kind kind, const list_view& view) const;
    [[nodiscard]] std::size_t size(list_kind kind) const { return entries(kind).size(); }
    /// In the order of the list.
    [[nodiscard]] const std::vector<catalog_entries::entry_ptr>& entries(list_kind kind) const {
        return lists_[static_cast<std::size_t>(kind)].shown;
    }
    /// The same with some of its tools alone; they keep their names.
    [[nodiscard]] std::shared_ptr<const catalog>
    with_tools(const std::function<bool(const catalog_entry&)>& admits) const;
    /// Of the names or URIs in their order: what makes a position in the list mean the same item.
    [[nodiscard]] std::uint64_t digest(list_kind kind) const;
    /// Of the entries as clients see them: another one after each change of the list.
    [[nodiscard]] std::uint64_t fingerprint(list_kind kind) const;
    /// Bytes of lists that were rendered and are kept; forget_pages() has them rendered again.
    [[nodiscard]] std::size_t page_bytes() const { return page_bytes_; }
    void forget_pages() const {
        rendered_.clear();
        page_bytes_ = 0;
    }
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
    using entry_ptr = catalog_entries::entry_ptr;
    using index = std::vector<const catalog_entry*>; ///< by their keys
    struct entry_list {
        std::vector<entry_ptr> shown; ///< in the order of the list
        index by_key;
    };
    /// Of one list while it is made.
    using taken_keys = std::map<std::string, const catalog_entry*, std::less<>>;

    [[nodiscard]] const catalog_target* look_up(list_kind kind, std::string_view key) const;
    /// False: the key is taken.
    bool add(list_kind kind, entry_ptr entry, taken_keys& taken);
    void add_named(const std::vector<source>& sources, list_kind kind,
                   const std::optional<naming_options>& naming, catalog_entries* shared);
    void add_by_uri(const std::vector<source>& sources, list_kind kind,
                    const std::set<std::string, std::less<>>& reserved, catalog_entries* shared);
    void index_keys();
    void note_hints(const std::vector<source>& sources);

    std::array<entry_list, list_kinds> lists_;
    struct hint_part {
        cache_hints hints;
        std::optional<cache_hints::time_point> counts_from; ///< nothing: changes are told
    };
    std::array<std::vector<hint_part>, list_kinds> hints_;
    mutable std::map<std::array<std::size_t, 5>, std::string> rendered_;
    mutable std::size_t page_bytes_ = 0;
    std::multimap<std::string, std::string, std::less<>> hidden_; ///< URI, and where
    std::vector<catalog_conflict> conflicts_;
};

} // namespace mcpgw
