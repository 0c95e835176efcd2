// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.hpp"
#include "server/config/format/pretty_json.hpp"
#include "server/config/keys/config_keys.hpp"
#include "server/config/sections/config_duration.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

namespace json = boost::json;

json::object reference(std::string_view definition) {
    return {{"$ref", fmt::format("#/$defs/{}", definition)}};
}

/// Where yes and no can be said, true and false say the same.
json::object choice_schema(std::span<const std::string_view> choices) {
    json::array list(choices.begin(), choices.end());
    if (std::ranges::find(choices, "yes") == choices.end())
        return {{"type", "string"}, {"enum", std::move(list)}};
    list.emplace_back(true);
    list.emplace_back(false);
    return {{"enum", std::move(list)}};
}

json::value make_number(double number) {
    if (number == static_cast<double>(static_cast<std::int64_t>(number)))
        return static_cast<std::int64_t>(number);
    return number;
}

json::object number_schema(const config_key& key, bool is_whole) {
    return {{"type", is_whole ? "integer" : "number"},
            {"minimum", make_number(key.min)},
            {"maximum", make_number(key.max)}};
}

/// The type's part of a key's schema.
json::object describe_type(const config_key& key) {
    const json::object text{{"type", "string"}};
    switch (key.type()) {
    case key_type::boolean:
        return {{"type", "boolean"}};
    case key_type::condition:
        return {{"anyOf", json::array{json::object{{"type", "boolean"}},
                                      json::object{{"type", "string"}, {"pattern", "^flag:"}}}}};
    case key_type::milliseconds:
    case key_type::seconds:
        return {{"anyOf",
                 json::array{number_schema(key, key.type() == key_type::milliseconds),
                             json::object{{"type", "string"}, {"pattern", duration_pattern}}}}};
    case key_type::integer:
    case key_type::number:
        return number_schema(key, key.type() == key_type::integer);
    case key_type::text:
        return text;
    case key_type::choice:
        return choice_schema(key.place.choices);
    case key_type::texts:
        return {{"type", "array"}, {"items", text}};
    case key_type::text_map:
        return {{"type", "object"}, {"additionalProperties", text}};
    case key_type::truncation:
        return {{"oneOf", json::array{json::object{{"enum", json::array{"adaptive", "none"}}},
                                      reference("truncate")}}};
    case key_type::truncation_steps:
        return {{"type", "array"}, {"items", reference("truncate_adaptive")}};
    case key_type::json_value:
        return {};
    case key_type::json_table:
        return {{"type", "object"}};
    case key_type::tables:
        return {{"type", "array"}, {"items", reference(fmt::format("child_{}", key.name))}};
    case key_type::table_map:
        return {{"type", "object"},
                {"additionalProperties", reference(fmt::format("child_{}", key.name))}};
    case key_type::table:
        break;
    }
    return reference(fmt::format("child_{}", key.name));
}

json::object describe_section(std::string_view section, std::string_view description) {
    json::object properties;
    json::array required;
    for (const auto* key : section_keys(section)) {
        auto schema = describe_type(*key);
        schema["description"] = key->description;
        if (const auto value = key->default_json(); !value.empty())
            schema["default"] = json::parse(value);
        if (key->has_effect()) schema["x-takes-effect"] = word_of(key->effect);
        properties[key->name] = std::move(schema);
        if (key->is_required) required.emplace_back(key->name);
    }
    json::object made{{"type", "object"}};
    if (!description.empty()) made["description"] = description;
    made["properties"] = std::move(properties);
    if (!required.empty()) made["required"] = std::move(required);
    made["additionalProperties"] = false;
    return made;
}

/// What says how files are laid over one another.
json::object layer_properties() {
    const json::object word{{"type", "string"}};
    const json::object included{
        {"anyOf", json::array{word, json::object{{"type", "array"}, {"items", word}}}},
        {"description", "Further files, which are laid over this one; * ? and [] may stand in the "
                        "last part of a path. Relative to this file."}};
    const json::object profiles{
        {"type", "object"},
        {"additionalProperties", json::object{{"$ref", "#"}}},
        {"description", "Any part of a configuration, laid over the rest by --profile NAME, "
                        "$MCP_GATEWAY_PROFILE or $ENVIRONMENT."}};
    const json::object when{{"type", "object"},
                            {"properties", json::object{{"user", word}, {"group", word}}},
                            {"additionalProperties", false},
                            {"minProperties", 1}};
    const json::object overlay{
        {"type", "object"},
        {"properties", json::object{{"when", when},
                                    {"gateway", json::object{{"$ref", "#/properties/gateway"}}},
                                    {"children", json::object{{"$ref", "#/properties/children"}}}}},
        {"required", json::array{"when"}},
        {"additionalProperties", false}};
    const json::object overlays{{"type", "array"},
                                {"items", overlay},
                                {"description", "What is different for one user or group."}};
    const json::object truth{{"type", json::array{"boolean", "string"}}};
    const json::object flags{
        {"type", "object"},
        {"additionalProperties", truth},
        {"description", "Switches for enabled = \"flag:NAME\": true, false, or a text that says so "
                        "when its variables are replaced."}};
    return {{"$schema", word},
            {"include", included},
            {"flags", flags},
            {"profiles", profiles},
            {"overlays", overlays}};
}

} // namespace

std::string config_schema() {
    auto properties = layer_properties();
    json::object definitions;
    for (const auto& [name, description] : config_sections()) {
        if (name == "children") {
            auto child = describe_section(name, description);
            // Not that one of them is there: another file of the configuration may have it.
            child["not"] = {{"required", json::array{"command", "url"}}};
            definitions["child"] = std::move(child);
            properties[name] = {{"type", "array"}, {"items", reference("child")}};
        } else if (name == "views" || name == "workflows") {
            const auto one = name.substr(0, name.size() - 1);
            definitions[one] = describe_section(name, description);
            properties[name] = {{"type", "array"}, {"items", reference(one)}};
        } else if (name.starts_with("children.")) {
            const auto table = name.substr(name.find('.') + 1);
            definitions[fmt::format("child_{}", table)] = describe_section(name, description);
        } else if (name == "truncate" || name == "truncate_adaptive") {
            definitions[name] = describe_section(name, description);
        } else {
            properties[name] = describe_section(name, description);
        }
    }
    json::object root{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"title", "mcp-gateway configuration"},
                      {"type", "object"}};
    root["properties"] = std::move(properties);
    root["additionalProperties"] = false;
    root["$defs"] = std::move(definitions);
    return pretty_json(root) + "\n";
}

} // namespace mcpgw
