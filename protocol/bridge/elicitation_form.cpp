// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/elicitation_form.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

void add_element(std::string& elements, std::string_view element) {
    if (!elements.empty()) elements += ',';
    elements += element;
}

/// One field: a raw schema, or empty if it has no counterpart.
std::string field_of_2025_06(std::string_view schema) {
    const auto type = find_member(schema, "type");
    if (type == "\"array\"") return {};
    member_writer field;
    member_reader reader{schema};
    while (const auto member = reader.next()) {
        if (member->key == "default" && type != "\"boolean\"") continue;
        if (member->key != "oneOf") {
            field.add(member->key, member->value);
            continue;
        }
        std::string values;
        std::string names;
        element_reader choices{member->value};
        while (const auto choice = choices.next()) {
            const auto value = find_member(*choice, "const");
            if (value.empty()) continue;
            const auto title = find_member(*choice, "title");
            add_element(values, value);
            add_element(names, title.empty() ? value : title);
        }
        field.add("enum", fmt::format("[{}]", values));
        field.add("enumNames", fmt::format("[{}]", names));
    }
    return field.object();
}

} // namespace

result<std::string> form_schema_of_2025_06(std::string_view schema) {
    member_writer form;
    member_reader reader{schema};
    while (const auto member = reader.next()) {
        if (member->key == "$schema") continue;
        if (member->key != "properties") {
            form.add(member->key, member->value);
            continue;
        }
        member_writer fields;
        member_reader properties{member->value};
        while (const auto property = properties.next()) {
            const auto field = field_of_2025_06(property->value);
            if (field.empty())
                return fault{errc::invalid_params,
                             fmt::format("the field '{}' of the form lets the user choose several "
                                         "values, which a client of MCP 2025-06-18 cannot show",
                                         property->key.substr(0, utf8_prefix(property->key, 64)))};
            fields.add(property->key, field);
        }
        form.add("properties", fields.object());
    }
    return form.object();
}

} // namespace mcpgw
