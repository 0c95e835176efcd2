// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/output_schema.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

std::string_view type_of(std::string_view value) {
    switch (value.empty() ? '\0' : value.front()) {
    case '{':
        return "object";
    case '[':
        return "array";
    case '"':
        return "string";
    case 't':
    case 'f':
        return "boolean";
    case 'n':
        return "null";
    default:
        return "number";
    }
}

/// Every number may be an integer: 1.0 is one.
bool is_of_type(std::string_view value, std::string_view raw_type) {
    const auto wanted = unquote_json(raw_type).value_or("");
    const auto is = type_of(value);
    return wanted == is || (wanted == "integer" && is == "number");
}

/// `type` is a name or a list of names; where there is none, everything is allowed.
bool allows(std::string_view type, std::string_view value) {
    if (is_json_string(type)) return is_of_type(value, type);
    if (!is_json_array(type)) return true;
    element_reader names{type};
    while (const auto name = names.next())
        if (is_of_type(value, *name)) return true;
    return false;
}

} // namespace

std::optional<std::string> output_misfit(std::string_view schema, std::string_view content) {
    if (find_member(schema, "type") != "\"object\"") return std::nullopt;
    if (content.empty()) return "it has no structuredContent";
    if (!is_json_object(content)) return "its structuredContent is no object";
    element_reader required{find_member(schema, "required")};
    while (const auto name = required.next())
        if (find_member(content, name->substr(1, name->size() - 2)).empty())
            return fmt::format("its structuredContent lacks {}", *name);
    member_reader properties{find_member(schema, "properties")};
    while (const auto property = properties.next()) {
        const auto value = find_member(content, property->key);
        if (!value.empty() && !allows(find_member(property->value, "type"), value))
            return fmt::format("\"{}\" in its structuredContent is of another type", property->key);
    }
    return std::nullopt;
}

} // namespace mcpgw
