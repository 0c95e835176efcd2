// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/server_capabilities.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

bool is_offered(const capability_sources& sources, std::string_view key) {
    return std::ranges::any_of(sources.servers, [&](std::string_view offered) {
        return offered.empty() || !find_member(offered, key).empty();
    });
}

bool has_flag(const capability_sources& sources, std::string_view key, std::string_view flag) {
    return std::ranges::any_of(sources.servers, [&](std::string_view offered) {
        return offered.empty() || find_member(find_member(offered, key), flag) == "true";
    });
}

/// What is said of a feature that has a list.
std::string list_feature(const capability_sources& sources, std::string_view key) {
    const bool tells_changes =
        sources.is_one_server ? has_flag(sources, key, "listChanged") : !sources.servers.empty();
    member_writer flags;
    if (tells_changes) flags.add("listChanged", "true");
    if (key == "resources" && has_flag(sources, key, "subscribe")) flags.add("subscribe", "true");
    return flags.object();
}

/// Members of one object of all servers; those that come later are not repeated.
template <class Wanted>
std::string merged_members(const capability_sources& sources, std::string_view key, Wanted wanted) {
    member_writer merged;
    for (const auto offered : sources.servers) {
        member_reader reader{find_member(offered, key)};
        while (const auto member = reader.next())
            if (wanted(member->key) && find_member(merged.object(), member->key).empty())
                merged.add(member->key, member->value);
    }
    return merged.empty() ? std::string{} : merged.object();
}

bool has_tasks(const capability_sources& sources) {
    return std::ranges::any_of(sources.servers, [](std::string_view offered) {
        return offered.empty() || offers_tasks(offered, era::modern) ||
               offers_tasks(offered, era::legacy);
    });
}

} // namespace

std::string merged_capabilities(const capability_sources& sources, revision client) {
    member_writer all;
    if (is_offered(sources, "tools") || sources.has_own_tools)
        all.add("tools", list_feature(sources, "tools"));
    if (is_offered(sources, "prompts")) all.add("prompts", list_feature(sources, "prompts"));
    if (is_offered(sources, "resources") || sources.has_own_resources)
        all.add("resources", list_feature(sources, "resources"));
    if (client >= revision::r2025_03_26 && is_offered(sources, "completions"))
        all.add("completions", "{}");
    if (is_offered(sources, "logging") || sources.has_logging) all.add("logging", "{}");
    const auto experimental =
        merged_members(sources, "experimental", [](std::string_view) { return true; });
    if (!experimental.empty()) all.add("experimental", experimental);
    // Extensions came with 2025-11-25 clients (MCP Apps) and are part of 2026-07-28.
    const auto extensions = client < revision::r2025_11_25
                                ? std::string{}
                                : merged_members(sources, "extensions", is_relayed_extension);
    if (!extensions.empty()) all.add("extensions", extensions);
    if (!has_tasks(sources)) return all.object();
    // The gateway keeps the tasks of its clients apart, so `list` is safe.
    if (client == revision::r2025_11_25)
        all.add("tasks", R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
    return era_of(client) == era::modern ? with_tasks_declared(all.object()) : all.object();
}

} // namespace mcpgw
