// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_plan.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/text/secret_mask.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

namespace mcpgw {

namespace {

/// "limits." for the keys of [children.limits], nothing for those of [[children]] itself, "http."
/// for those of [http].
std::string table_of(const config_key& key) {
    constexpr std::string_view server_tables = "children.";
    if (key.section == "children") return {};
    const bool is_of_server = key.section.starts_with(server_tables);
    return fmt::format("{}.",
                       is_of_server ? key.section.substr(server_tables.size()) : key.section);
}

std::string shown(const config_key& key, const void* options,
                  const std::vector<std::string>& secrets) {
    if (key.is_expanded || key.place.show == nullptr) return {};
    return mask_secrets(key.place.show(options, key), secrets);
}

/// Two options of one type, and the secrets of both.
template <class Options>
struct both {
    const Options& before;
    const Options& after;
    const std::vector<std::string>& secrets;
};

/// The keys that are bound to such options and say something else now. `table`: in which they
/// stand, where the rows do not tell.
template <class Options>
void add_changes(std::vector<key_change>& changes, const both<Options>& of,
                 const std::string& table = {}) {
    for (const auto& key : config_keys()) {
        const auto& place = key.place;
        if (place.owner != &options_tag<Options> || place.same == nullptr) continue;
        if (place.same(&of.before, &of.after)) continue;
        changes.push_back({(table.empty() ? table_of(key) : table) + std::string{key.name},
                           key.effect, shown(key, &of.before, of.secrets),
                           shown(key, &of.after, of.secrets)});
    }
}

/// TABLE.NAME, each as if it had been there before.
template <auto member>
void add_named_changes(std::vector<key_change>& changes, const both<child_options>& of,
                       std::string_view table) {
    const auto& before = of.before.*member;
    const auto& after = of.after.*member;
    using map_type = std::remove_cvref_t<decltype(before)>;
    using options_type = typename map_type::mapped_type;
    std::set<std::string, std::less<>> names;
    for (const auto& [name, options] : before) names.insert(name);
    for (const auto& [name, options] : after) names.insert(name);
    const options_type untouched{};
    const auto at = [&untouched](const map_type& all,
                                 const std::string& name) -> const options_type& {
        const auto found = all.find(name);
        return found == all.end() ? untouched : found->second;
    };
    for (const auto& name : names)
        add_changes<options_type>(changes, {at(before, name), at(after, name), of.secrets},
                                  fmt::format("{}.{}.", table, name));
}

/// views.NAME, each that is not there as one that is switched off.
void add_view_changes(std::vector<key_change>& changes, const std::vector<view_options>& before,
                      const std::vector<view_options>& after) {
    std::set<std::string_view> names;
    for (const auto* const list : {&before, &after})
        for (const auto& one : *list) names.insert(one.name);
    const auto at = [](const std::vector<view_options>& all, std::string_view name) {
        view_options none;
        none.name = name;
        none.is_enabled = false;
        const auto found = std::ranges::find(all, name, &view_options::name);
        return found == all.end() ? none : *found;
    };
    const std::vector<std::string> no_secrets;
    for (const auto name : names)
        add_changes<view_options>(changes, {at(before, name), at(after, name), no_secrets},
                                  fmt::format("views.{}.", name));
}

/// workflows.NAME, as wholes.
void add_workflow_changes(std::vector<key_change>& changes, const workflow_options& before,
                          const workflow_options& after) {
    std::set<std::string_view> names;
    for (const auto* const list : {&before.named, &after.named})
        for (const auto& one : *list) names.insert(one->name);
    const auto at = [](const workflow_options& all, std::string_view name) {
        const auto found = std::ranges::find_if(
            all.named, [name](const auto& each) { return each->name == name; });
        return found == all.named.end() || !(*found)->is_enabled ? nullptr : found->get();
    };
    for (const auto name : names) {
        const auto* const one = at(before, name);
        const auto* const other = at(after, name);
        const bool is_same =
            one == other || (one != nullptr && other != nullptr && one->source == other->source);
        if (!is_same)
            changes.push_back({fmt::format("workflows.{}", name), key_effect::at_once,
                               one == nullptr ? "false" : "true",
                               other == nullptr ? "false" : "true"});
    }
}

server_change compare(const child_options& before, const child_options& after) {
    std::vector<std::string> secrets = before.secrets;
    secrets.insert(secrets.end(), after.secrets.begin(), after.secrets.end());
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
    server_change change{after.name, {}};
    const both<child_options> of{before, after, secrets};
    add_changes(change.keys, of);
    add_named_changes<&child_options::tools>(change.keys, of, "tools");
    add_named_changes<&child_options::prompts>(change.keys, of, "prompts");
    add_named_changes<&child_options::resources>(change.keys, of, "resources");
    return change;
}

std::string_view words_for(key_effect effect) {
    switch (effect) {
    case key_effect::at_once:
        return "at once";
    case key_effect::new_calls:
        return "for new calls";
    case key_effect::child_start:
        return "with a new process";
    case key_effect::gateway_start:
        return "at the next start of the gateway";
    }
    return {};
}

std::string line_of(const key_change& change, std::string_view of) {
    const bool is_shown = !change.before.empty() || !change.after.empty();
    const auto or_unset = [](const std::string& json) {
        return json.empty() ? std::string_view{"unset"} : std::string_view{json};
    };
    const auto values =
        is_shown ? fmt::format(": {} -> {}", or_unset(change.before), or_unset(change.after)) : "";
    return fmt::format("{} {}{} ({})\n", of, change.key, values, words_for(change.effect));
}

std::string json_of(const key_change& change) {
    std::string text =
        fmt::format(R"({{"key":{},"effect":"{}")", quote_json(change.key), word_of(change.effect));
    if (!change.before.empty()) text += fmt::format(R"(,"before":{})", change.before);
    if (!change.after.empty()) text += fmt::format(R"(,"after":{})", change.after);
    return text + "}";
}

template <class Range, class ToJson>
std::string json_list(const Range& range, ToJson to_text) {
    std::vector<std::string> items;
    for (const auto& item : range) items.push_back(to_text(item));
    return fmt::format("[{}]", fmt::join(items, ","));
}

std::string json_of(const server_change& server) {
    return fmt::format(R"({{"name":{},"new_process":{},"keys":{}}})", quote_json(server.name),
                       server.needs_new_process(),
                       json_list(server.keys, [](const key_change& c) { return json_of(c); }));
}

} // namespace

bool server_change::needs_new_process() const {
    return keys.empty() || std::ranges::any_of(keys, [](const key_change& c) {
               return c.effect >= key_effect::child_start;
           });
}

std::unordered_map<std::string_view, config_plan::step> config_plan::steps() const {
    std::unordered_map<std::string_view, step> all;
    all.reserve(unchanged.size() + changed.size());
    for (const auto& name : unchanged) all.emplace(name, step::keep);
    for (const auto& server : changed)
        all.emplace(server.name, server.needs_new_process() ? step::replace : step::adopt);
    return all;
}

bool config_plan::is_empty() const {
    return gateway.empty() && added.empty() && removed.empty() && changed.empty() &&
           broken.empty() && !is_reordered;
}

std::vector<std::string> config_plan::keys_for_restart() const {
    std::vector<std::string> keys;
    for (const auto& change : gateway)
        if (change.effect == key_effect::gateway_start) keys.push_back(change.key);
    return keys;
}

config_plan plan_change(const configuration& from, const configuration& to) {
    config_plan plan;
    const std::vector<std::string> no_secrets; // values of variables are not shown
    add_changes<configuration>(plan.gateway, {from, to, no_secrets});
    add_view_changes(plan.gateway, from.gateway.views, to.gateway.views);
    add_workflow_changes(plan.gateway, from.gateway.workflows, to.gateway.workflows);
    std::map<std::string_view, const child_options*> before;
    for (const auto& server : from.children) before.emplace(server.name, &server);
    std::set<std::string_view> kept;
    std::vector<std::string_view> order;
    for (const auto& server : to.children) {
        const auto known = before.find(server.name);
        const bool is_new = known == before.end();
        const bool was_broken = !is_new && known->second->defect == server.defect;
        const bool breaks = !server.defect.empty() && !was_broken;
        if (breaks) plan.broken.push_back({server.name, server.defect});
        if (is_new) {
            if (!breaks) plan.added.push_back(server.name);
            continue;
        }
        kept.insert(known->first);
        order.push_back(known->first);
        if (breaks) continue;
        auto change = compare(*known->second, server);
        if (change.keys.empty() && known->second->defect == server.defect)
            plan.unchanged.push_back(server.name);
        else
            plan.changed.push_back(std::move(change));
    }
    std::vector<std::string_view> old_order;
    for (const auto& server : from.children) {
        if (kept.contains(server.name))
            old_order.push_back(server.name);
        else
            plan.removed.push_back(server.name);
    }
    plan.is_reordered = order != old_order;
    return plan;
}

std::string describe(const config_plan& plan) {
    std::string text;
    for (const auto& change : plan.gateway) text += line_of(change, "gateway:");
    for (const auto& name : plan.removed) text += fmt::format("server '{}' is removed\n", name);
    for (const auto& name : plan.added) text += fmt::format("server '{}' is added\n", name);
    for (const auto& server : plan.changed)
        for (const auto& change : server.keys)
            text += line_of(change, fmt::format("server '{}':", server.name));
    for (const auto& server : plan.broken)
        text += fmt::format("server '{}' would not be started: {}\n", server.name, server.why);
    if (plan.is_reordered) text += "the servers have another order\n";
    return text;
}

std::string to_json(const config_plan& plan) {
    const auto name = [](const std::string& text) {
        return quote_json(text);
    };
    return fmt::format(R"({{"gateway":{},"added":{},"removed":{},"changed":{},"unchanged":{},)"
                       R"("broken":{},"reordered":{}}})",
                       json_list(plan.gateway, [](const key_change& c) { return json_of(c); }),
                       json_list(plan.added, name), json_list(plan.removed, name),
                       json_list(plan.changed, [](const server_change& s) { return json_of(s); }),
                       json_list(plan.unchanged, name),
                       json_list(plan.broken,
                                 [](const broken_server& server) {
                                     return fmt::format(R"({{"name":{},"why":{}}})",
                                                        quote_json(server.name),
                                                        quote_json(server.why));
                                 }),
                       plan.is_reordered);
}

} // namespace mcpgw
