// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/catalog.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace {

/// What the conflicts of a list are called.
std::string_view item_noun(list_kind kind) {
    constexpr std::array<std::string_view, list_kinds> nouns{"tool", "prompt", "resource",
                                                             "resource template"};
    return nouns[static_cast<std::size_t>(kind)];
}

/// The entry of `key` in `conflicts`, made if there is none.
catalog_conflict& conflict_of(std::vector<catalog_conflict>& conflicts, std::string_view kind,
                              std::string_view key) {
    const auto found = std::ranges::find_if(
        conflicts, [&](const auto& c) { return c.kind == kind && c.key == key; });
    if (found != conflicts.end()) return *found;
    catalog_conflict made;
    made.kind = kind;
    made.key = key;
    conflicts.push_back(std::move(made));
    return conflicts.back();
}

void add_once(std::vector<std::string>& list, std::string_view text) {
    if (std::ranges::find(list, text) == list.end()) list.emplace_back(text);
}

/// What several upstreams wanted under one name. Who has it is certain only after all names are
/// given, so this comes last.
std::vector<catalog_conflict> name_conflicts(std::string_view kind,
                                             const std::vector<source_name>& wanted,
                                             const std::vector<assigned_name>& assigned,
                                             const naming_options& naming) {
    std::vector<catalog_conflict> list;
    for (std::size_t i = 0; i < assigned.size(); ++i)
        if (assigned[i].is_conflict)
            add_once(conflict_of(list, kind, wanted[i].original).others, wanted[i].upstream);
    for (auto& conflict : list) conflict.is_own = naming.reserved.contains(conflict.key);
    // A server that lists a name twice is in conflict with nobody else.
    std::erase_if(list, [](const auto& c) { return c.others.size() < 2 && !c.is_own; });
    for (auto& conflict : list) {
        std::string holder;
        for (std::size_t i = 0; i < assigned.size(); ++i) {
            if (wanted[i].original != conflict.key) continue;
            if (assigned[i].name.empty())
                conflict.is_lost = true;
            else if (holder.empty())
                holder = wanted[i].upstream;
        }
        if (conflict.is_lost) conflict.kept = holder;
    }
    return list;
}

} // namespace

const std::vector<list_item>& upstream_lists::items(list_kind kind) const {
    switch (kind) {
    case list_kind::tools:
        return tools;
    case list_kind::prompts:
        return prompts;
    case list_kind::resources:
        return resources;
    case list_kind::templates:
        break;
    }
    return templates;
}

std::vector<list_item>& upstream_lists::items(list_kind kind) {
    return const_cast<std::vector<list_item>&>(std::as_const(*this).items(kind));
}

bool upstream_lists::has_list(list_kind kind) const {
    return !find_member(capabilities, list_capability(kind)).empty();
}

bool upstream_lists::tells_changes(list_kind kind) const {
    return find_member(find_member(capabilities, list_capability(kind)), "listChanged") == "true";
}

bool upstream_lists::is_stale(cache_hints::time_point now) const {
    return std::ranges::any_of(all_lists, [&](list_kind kind) {
        const std::chrono::milliseconds good_for{hints[static_cast<std::size_t>(kind)].ttl_ms};
        return has_list(kind) && !tells_changes(kind) && now - fetched_at >= good_for;
    });
}

std::string catalog_conflict::outcome() const {
    if (is_own)
        return is_lost ? "the gateway's own is used, the other is reached through "
                         "execute_child_tool or the server's own endpoint"
                       : "the gateway's own keeps the name, the other got a prefix";
    return is_lost ? fmt::format("the one of '{}' is used", kept) : "all of them got a prefix";
}

catalog::catalog(const std::vector<source>& sources, const std::optional<naming_options>& naming,
                 catalog_entries* shared) {
    add_named(sources, list_kind::tools, naming, shared);
    add_named(sources, list_kind::prompts, naming, shared);
    const std::set<std::string, std::less<>> none;
    add_by_uri(sources, list_kind::resources, naming ? naming->reserved : none, shared);
    add_by_uri(sources, list_kind::templates, none, shared);
    index_keys();
    for (const auto& from : sources)
        for (const auto& uri : from.lists->hidden_uris) hidden_.emplace(uri, from.upstream);
    note_hints(sources);
}

std::shared_ptr<const catalog>
catalog::with_tools(const std::function<bool(const catalog_entry&)>& admits) const {
    auto made = std::make_shared<catalog>();
    for (const auto kind : all_lists)
        made->lists_[static_cast<std::size_t>(kind)].shown = entries(kind);
    std::erase_if(made->lists_[static_cast<std::size_t>(list_kind::tools)].shown,
                  [&admits](const entry_ptr& entry) { return !admits(*entry); });
    made->index_keys();
    made->hints_ = hints_;
    made->hidden_ = hidden_;
    made->conflicts_ = conflicts_;
    return made;
}

bool catalog::add(list_kind kind, entry_ptr entry, taken_keys& taken) {
    if (!taken.emplace(entry->key, entry.get()).second) return false;
    lists_[static_cast<std::size_t>(kind)].shown.push_back(std::move(entry));
    return true;
}

void catalog::index_keys() {
    for (auto& [shown, by_key] : lists_) {
        by_key.reserve(shown.size());
        for (const auto& entry : shown) by_key.push_back(entry.get());
        std::ranges::sort(by_key, {}, &catalog_entry::key);
    }
}

void catalog::add_named(const std::vector<source>& sources, list_kind kind,
                        const std::optional<naming_options>& naming, catalog_entries* shared) {
    std::vector<source_name> wanted;
    std::vector<const list_item*> found;
    std::vector<bool> has_task_extension; // the server decides itself which tools become tasks
    for (const auto& from : sources) {
        const bool is_extended =
            kind == list_kind::tools && offers_tasks(from.lists->capabilities, era::modern);
        for (const auto& item : from.lists->items(kind)) {
            if (from.admits && !from.admits(kind, item)) continue;
            wanted.push_back({from.upstream, item.key});
            found.push_back(&item);
            has_task_extension.push_back(is_extended);
        }
    }
    auto rules = naming.value_or(naming_options{});
    if (kind != list_kind::tools) rules.reserved.clear();
    const auto assigned = naming ? assign_names(wanted, rules) : std::vector<assigned_name>{};
    taken_keys taken;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string original{wanted[i].original};
        const std::string name = naming ? assigned[i].name : original;
        // A server that lists a name twice is answered by its first.
        if (name.empty() || taken.contains(name)) continue;
        auto entry = shared == nullptr ? nullptr : shared->find(kind, wanted[i].upstream, name);
        // Of two names that a server has itself, one may be what another catalog calls the other.
        if (!entry || entry->target.original != found[i]->own_name()) {
            entry = make_entry(kind, *found[i], wanted[i].upstream, name, has_task_extension[i]);
            if (shared != nullptr) shared->add(kind, wanted[i].upstream, entry);
        }
        add(kind, std::move(entry), taken);
    }
    std::ranges::move(name_conflicts(item_noun(kind), wanted, assigned, rules),
                      std::back_inserter(conflicts_));
}

void catalog::add_by_uri(const std::vector<source>& sources, list_kind kind,
                         const std::set<std::string, std::less<>>& reserved,
                         catalog_entries* shared) {
    taken_keys taken;
    for (const auto& from : sources) {
        for (const auto& item : from.lists->items(kind)) {
            if (from.admits && !from.admits(kind, item)) continue;
            if (reserved.contains(item.key)) {
                auto& conflict = conflict_of(conflicts_, item_noun(kind), item.key);
                conflict.is_own = conflict.is_lost = true;
                add_once(conflict.others, from.upstream);
                continue;
            }
            if (const auto place = taken.find(item.key); place != taken.end()) {
                const auto& holder = place->second->target.upstream;
                if (holder == from.upstream) continue;
                auto& conflict = conflict_of(conflicts_, item_noun(kind), item.key);
                conflict.kept = holder;
                conflict.is_lost = true;
                add_once(conflict.others, holder);
                add_once(conflict.others, from.upstream);
                continue;
            }
            auto entry = shared == nullptr ? nullptr : shared->find(kind, from.upstream, item.key);
            if (!entry) {
                entry = make_entry(kind, item, from.upstream, item.key, false);
                if (shared != nullptr) shared->add(kind, from.upstream, entry);
            }
            add(kind, std::move(entry), taken);
        }
    }
}

void catalog::note_hints(const std::vector<source>& sources) {
    for (const auto kind : all_lists) {
        auto& parts = hints_[static_cast<std::size_t>(kind)];
        for (const auto& from : sources) {
            const auto& lists = *from.lists;
            // What a server has not told yet changes the list at any moment.
            if (lists.capabilities.empty()) parts.emplace_back();
            if (!lists.has_list(kind)) continue;
            hint_part part{lists.hints[static_cast<std::size_t>(kind)], std::nullopt};
            if (!lists.tells_changes(kind)) part.counts_from = lists.fetched_at;
            parts.push_back(part);
        }
    }
}

cache_hints catalog::hints(list_kind kind, cache_hints::time_point now) const {
    std::optional<cache_hints> merged;
    for (auto [hints, counts_from] : hints_[static_cast<std::size_t>(kind)]) {
        if (counts_from) {
            const auto age =
                std::chrono::duration_cast<std::chrono::milliseconds>(now - *counts_from).count();
            hints.ttl_ms -=
                std::min(hints.ttl_ms, static_cast<std::uint64_t>(std::max<decltype(age)>(0, age)));
        }
        if (merged)
            merged->merge(hints);
        else
            merged = hints;
    }
    return merged.value_or(cache_hints{});
}

const std::string& catalog::page(list_kind kind, const list_view& view) const {
    const auto& all = entries(kind);
    const auto first = std::min(view.first, all.size());
    const auto count = std::min(view.count, all.size() - first);
    const std::size_t variant = view.client ? static_cast<std::size_t>(*view.client) + 1 : 0;
    auto& text = rendered_[{static_cast<std::size_t>(kind), variant, view.has_tasks ? 1U : 0U,
                            first, count}];
    if (!text.empty()) return text;
    text = "[";
    for (std::size_t i = first; i < first + count; ++i) {
        if (i != first) text += ',';
        text += view.client ? item_for_client(kind, all[i]->json, *view.client, view.has_tasks)
                            : all[i]->json;
    }
    text += "]";
    page_bytes_ += text.size();
    return text;
}

std::uint64_t catalog::digest(list_kind kind) const {
    // FNV-1a with a separator, so that it is the same on every replica.
    std::uint64_t hash = 14695981039346656037U;
    const auto add = [&hash](unsigned char byte) {
        hash = (hash ^ byte) * 1099511628211U;
    };
    for (const auto& item : entries(kind)) {
        for (const char c : item->key) add(static_cast<unsigned char>(c));
        add(0);
    }
    return hash;
}

std::uint64_t catalog::fingerprint(list_kind kind) const {
    std::uint64_t hash = 14695981039346656037U;
    for (const auto& item : entries(kind)) hash = (hash ^ item->hash) * 1099511628211U;
    return hash + entries(kind).size();
}

const catalog_target* catalog::look_up(list_kind kind, std::string_view key) const {
    const auto& known = lists_[static_cast<std::size_t>(kind)].by_key;
    const auto found = std::ranges::lower_bound(
        known, key, {}, [](const catalog_entry* entry) -> std::string_view { return entry->key; });
    return found == known.end() || (*found)->key != key ? nullptr : &(*found)->target;
}

const catalog_target* catalog::find_tool(std::string_view name) const {
    return look_up(list_kind::tools, name);
}
const catalog_target* catalog::find_prompt(std::string_view name) const {
    return look_up(list_kind::prompts, name);
}
const catalog_target* catalog::find_template(std::string_view uri_template) const {
    return look_up(list_kind::templates, uri_template);
}

const catalog_target* catalog::find_listed_resource(std::string_view uri) const {
    return look_up(list_kind::resources, uri);
}

const catalog_target* catalog::find_resource(std::string_view uri) const {
    if (const auto* exact = find_listed_resource(uri)) return exact;
    for (const auto& candidate : entries(list_kind::templates))
        if (matches_template(uri, candidate->key) && !hides(candidate->target.upstream, uri))
            return &candidate->target;
    return nullptr;
}

bool catalog::hides(std::string_view upstream, std::string_view uri) const {
    const auto [begin, end] = hidden_.equal_range(uri);
    return std::any_of(begin, end, [upstream](const auto& one) { return one.second == upstream; });
}

} // namespace mcpgw
