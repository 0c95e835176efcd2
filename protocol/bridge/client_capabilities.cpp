// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/client_capabilities.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

namespace mcpgw {

namespace {

std::string relayed_extensions(std::string_view extensions) {
    member_writer kept;
    member_reader reader{extensions};
    while (const auto extension = reader.next())
        if (is_relayed_extension(extension->key)) kept.add(extension->key, extension->value);
    return kept.empty() ? std::string{} : kept.object();
}

/// `elicitation` in the words of the server's revision; empty: it has none.
std::string elicitation_for(const client_abilities& can, revision server) {
    if (server < revision::r2025_06_18) return {};
    // 2025-06-18 knows forms only and has no members here.
    if (server == revision::r2025_06_18) return can.form ? "{}" : "";
    member_writer modes;
    if (can.form) modes.add("form", "{}");
    if (can.url) modes.add("url", "{}");
    return modes.empty() ? std::string{} : modes.object();
}

std::string sampling_for(std::string_view declared, revision server) {
    return server < revision::r2025_11_25 ? "{}" : std::string{declared};
}

} // namespace

bool is_relayed_extension(std::string_view name) {
    // MCP Apps: `_meta` of tools, and resources that are read as any other.
    return name == "io.modelcontextprotocol/ui";
}

client_abilities abilities_of(std::string_view capabilities, revision client) {
    client_abilities can;
    const auto sampling = find_member(capabilities, "sampling");
    const auto elicitation = find_member(capabilities, "elicitation");
    can.roots = is_json_object(find_member(capabilities, "roots"));
    can.sampling = is_json_object(sampling);
    const bool has_modes = client >= revision::r2025_11_25;
    can.sampling_tools =
        has_modes && can.sampling && is_json_object(find_member(sampling, "tools"));
    // Before 2025-06-18 there was none, but clients that say so and declare it do answer: the Java
    // SDK's, which names 2024-11-05 over stdio and HTTP+SSE.
    if (!is_json_object(elicitation)) return can;
    can.url = has_modes && is_json_object(find_member(elicitation, "url"));
    can.form = !can.url || is_json_object(find_member(elicitation, "form"));
    return can;
}

std::string relayed_client_capabilities(revision offered) {
    member_writer all;
    all.add("roots", offered <= newest_legacy ? R"({"listChanged":true})" : "{}");
    all.add("sampling", offered < revision::r2025_11_25 ? "{}" : R"({"tools":{}})");
    const auto elicitation = elicitation_for({.form = true, .url = true}, offered);
    if (!elicitation.empty()) all.add("elicitation", elicitation);
    return all.object();
}

std::string client_capabilities_for(std::string_view capabilities, revision client,
                                    revision server) {
    if (capabilities == "{}") return "{}"; // what most clients declare
    const auto can = abilities_of(capabilities, client);
    member_writer known;
    member_reader reader{capabilities};
    while (const auto member = reader.next()) {
        std::string value{member->value};
        if (member->key == "tasks")
            value.clear();
        else if (member->key == "roots" && era_of(server) == era::modern)
            value = can.roots ? "{}" : ""; // has no listChanged there
        else if (member->key == "sampling" && can.sampling)
            value = sampling_for(member->value, server);
        else if (member->key == "elicitation")
            value = elicitation_for(can, server);
        else if (member->key == "extensions")
            value = relayed_extensions(member->value);
        if (!value.empty()) known.add(member->key, value);
    }
    return known.object();
}

} // namespace mcpgw
