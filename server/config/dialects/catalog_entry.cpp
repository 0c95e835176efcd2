// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/catalog_entry.hpp"

#include "server/config/dialects/entry_translator.hpp"

#include <utility>

namespace mcpgw {

namespace {

/// [{"name": "API_KEY", "value": "..."}] and [{"name": "x.key", "env": "API_KEY"}]
void add_variables(const config_node& entry, config_node& env) {
    if (const auto* const list = entry.find("env"); list != nullptr)
        for (const auto& item : list->items) {
            const auto* const name = item.find("name");
            const auto* const value = item.find("value");
            if (name != nullptr && value != nullptr)
                env.members.push_back({name->text, item.line, *value});
        }
    if (const auto* const list = entry.find("secrets"); list != nullptr)
        for (const auto& item : list->items)
            if (const auto* const name = item.find("env"); name != nullptr)
                env.members.push_back(
                    {name->text, item.line, make_text("${" + name->text + "}", item.line)});
}

} // namespace

config_node entry_of_catalog(const config_node& entry) {
    config_node made;
    made.kind = node_kind::object;
    made.line = entry.line;
    for (const std::string_view key : {"description", "title", "enabled", "disabled", "timeout"})
        if (const auto* const value = entry.find(key); value != nullptr) put(made, key, *value);
    if (const auto* const remote = entry.find("remote"); remote != nullptr && remote->is_object()) {
        for (const auto& member : remote->members)
            put(made, member.key == "transport_type" ? "type" : member.key, member.value);
        return made;
    }
    const auto* const image = entry.find("image");
    if (image == nullptr) return entry;
    config_node env;
    env.kind = node_kind::object;
    env.line = entry.line;
    add_variables(entry, env);
    auto args = make_list({"run", "-i", "--rm", "--init"}, image->line);
    for (const auto& variable : env.members) {
        args.items.push_back(make_text("-e", variable.line));
        args.items.push_back(make_text(variable.key, variable.line));
    }
    if (const auto* const volumes = entry.find("volumes"); volumes != nullptr)
        for (const auto& volume : volumes->items) {
            args.items.push_back(make_text("-v", volume.line));
            args.items.push_back(volume);
        }
    args.items.push_back(*image);
    if (const auto* const command = entry.find("command"); command != nullptr)
        for (const auto& word : command->items) args.items.push_back(word);
    put(made, "command", make_text("docker", image->line));
    put(made, "args", std::move(args));
    if (!env.members.empty()) put(made, "env", std::move(env));
    return made;
}

} // namespace mcpgw
