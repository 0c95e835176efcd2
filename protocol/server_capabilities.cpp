#include "protocol/server_capabilities.hpp"

#include "protocol/client_capabilities.hpp"
#include "protocol/json_members.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

bool is_offered(const capability_sources& sources, std::string_view key) {
    return std::ranges::any_of(sources.servers, [&](std::string_view offered) {
        return offered.empty() || !find_member(offered, key).empty();
    });
}

bool has_subscribe(const capability_sources& sources) {
    return std::ranges::any_of(sources.servers, [](std::string_view offered) {
        return offered.empty() ||
               find_member(find_member(offered, "resources"), "subscribe") == "true";
    });
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

} // namespace

std::string merged_capabilities(const capability_sources& sources, revision client) {
    const std::string_view changes = sources.servers.empty() ? "{}" : R"({"listChanged":true})";
    member_writer all;
    if (is_offered(sources, "tools") || sources.has_own_tools) all.add("tools", changes);
    if (is_offered(sources, "prompts")) all.add("prompts", changes);
    if (is_offered(sources, "resources") || sources.has_own_resources)
        all.add("resources",
                has_subscribe(sources) ? R"({"listChanged":true,"subscribe":true})" : changes);
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
    return all.object();
}

} // namespace mcpgw
