// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/list_bridge.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <array>

namespace mcpgw {

namespace {

/// A member of list entries that not every revision has.
struct versioned_member {
    std::string_view key;
    revision since;
    bool tools_only;
};

constexpr std::array versioned_members{
    // Resources have had annotations from the beginning.
    versioned_member{"annotations", revision::r2025_03_26, true},
    versioned_member{"title", revision::r2025_06_18, false},
    versioned_member{"outputSchema", revision::r2025_06_18, true},
    versioned_member{"icons", revision::r2025_11_25, false},
    versioned_member{"execution", revision::r2025_11_25, true},
};

bool is_known(list_kind kind, std::string_view key, revision client) {
    for (const auto& member : versioned_members)
        if (member.key == key && (!member.tools_only || kind == list_kind::tools))
            return client >= member.since;
    return true;
}

std::string with_moved_references(std::string_view json);

std::string moved_object(std::string_view object) {
    member_writer moved;
    member_reader reader{object};
    while (const auto member = reader.next()) {
        const bool is_reference = member->key == "$ref" || member->key == "$dynamicRef";
        const bool is_to_root = member->value == "\"#\"" || member->value.starts_with("\"#/");
        if (is_reference && is_to_root)
            moved.add(member->key, fmt::format("\"#/properties/result{}", member->value.substr(2)));
        else
            moved.add(member->key, with_moved_references(member->value));
    }
    return moved.object();
}

/// A schema that is no longer the root of its document: JSON pointers into it lead on from where
/// it is now.
std::string with_moved_references(std::string_view json) {
    if (is_json_object(json)) return moved_object(json);
    if (!is_json_array(json)) return std::string{json};
    std::string elements;
    element_reader reader{json};
    while (const auto element = reader.next()) {
        if (!elements.empty()) elements += ',';
        elements += with_moved_references(*element);
    }
    return "[" + elements + "]";
}

std::string wrapped_schema(std::string_view schema) {
    // With an $id it is a document of its own, whose references stay as they are.
    const bool has_id = !find_member(schema, "$id").empty();
    const bool has_references =
        schema.find("\"$ref\"") != schema.npos || schema.find("\"$dynamicRef\"") != schema.npos;
    return fmt::format(R"({{"type":"object","properties":{{"result":{}}},"required":["result"]}})",
                       has_references && !has_id ? with_moved_references(schema) : schema);
}

std::string arguments_for_client(std::string_view arguments) {
    std::string elements;
    element_reader reader{arguments};
    while (const auto argument = reader.next()) {
        member_writer kept;
        member_reader members{*argument};
        while (const auto member = members.next())
            if (member->key != "title") kept.add(member->key, member->value);
        if (!elements.empty()) elements += ',';
        elements += kept.object();
    }
    return "[" + elements + "]";
}

} // namespace

output_shape output_shape_of(std::string_view tool_json) {
    const auto schema = find_member(tool_json, "outputSchema");
    if (schema.empty()) return output_shape::undeclared;
    return find_member(schema, "type") == "\"object\"" ? output_shape::object : output_shape::other;
}

std::string item_for_client(list_kind kind, std::string_view item_json, revision client,
                            bool has_tasks) {
    const bool is_legacy = era_of(client) == era::legacy;
    const bool has_argument_titles = client >= revision::r2025_06_18;
    member_writer kept;
    member_reader reader{item_json};
    while (const auto member = reader.next()) {
        const auto key = member->key;
        if (!is_known(kind, key, client)) continue;
        if (kind == list_kind::tools) {
            // Tasks of 2026-07-28 are an extension, in which the server decides.
            if (key == "execution" && !is_legacy && !has_tasks) continue;
            if (key == "outputSchema" && is_legacy &&
                find_member(member->value, "type") != "\"object\"") {
                kept.add(key, wrapped_schema(member->value));
                continue;
            }
        }
        if (kind == list_kind::prompts && key == "arguments" && !has_argument_titles) {
            kept.add(key, arguments_for_client(member->value));
            continue;
        }
        kept.add(key, member->value);
    }
    return kept.object();
}

std::string structured_content_for(std::string_view content, output_shape shape, revision client) {
    if (era_of(client) == era::modern) return std::string{content};
    if (client < revision::r2025_06_18) return {};
    if (shape == output_shape::other ||
        (shape == output_shape::undeclared && !is_json_object(content)))
        return fmt::format(R"({{"result":{}}})", content);
    return is_json_object(content) ? std::string{content} : std::string{};
}

} // namespace mcpgw
