// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_text.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

namespace mcpgw {

namespace {

std::string& text_in(tool_texts& texts, search_field field) {
    return texts[static_cast<std::size_t>(field)];
}

/// The texts of a schema and of those within it.
class schema_reader {
public:
    explicit schema_reader(tool_texts& texts) : texts_(texts) {}

    void read(std::string_view schema, std::size_t depth) {
        if (depth > schema_depth_max || !is_json_object(schema)) return;
        member_reader members{schema};
        while (const auto member = members.next()) {
            const auto key = member->key;
            if (key == "properties") read_properties(member->value, depth);
            if (key == "items" || key == "additionalProperties") read(member->value, depth + 1);
            if (key == "anyOf" || key == "oneOf" || key == "allOf") read_all(member->value, depth);
            if (key == "enum") read_choices(member->value);
            if (key == "description" && depth > 0)
                add(search_field::parameter_texts, member->value);
        }
    }

private:
    void read_properties(std::string_view properties, std::size_t depth) {
        if (!is_json_object(properties)) return;
        member_reader members{properties};
        while (const auto member = members.next()) {
            add_text(search_field::parameters, member->key);
            read(member->value, depth + 1);
        }
    }
    void read_all(std::string_view schemas, std::size_t depth) {
        if (!is_json_array(schemas)) return;
        element_reader elements{schemas};
        while (const auto schema = elements.next()) read(*schema, depth + 1);
    }
    void read_choices(std::string_view choices) {
        if (!is_json_array(choices)) return;
        element_reader elements{choices};
        while (const auto choice = elements.next()) add(search_field::parameter_texts, *choice);
    }
    void add(search_field field, std::string_view raw) {
        if (const auto text = unquote_json(raw, room_)) add_text(field, *text);
    }
    void add_text(search_field field, std::string_view text) {
        auto& all = text_in(texts_, field);
        if (all.size() + text.size() > schema_texts_bytes_max) return;
        if (!all.empty()) all += '\n';
        all += text;
    }

    tool_texts& texts_;
    std::string room_;
};

} // namespace

tool_texts texts_of_tool(std::string_view name, std::string_view tool_json) {
    tool_texts texts;
    text_in(texts, search_field::name) = name;
    if (!is_json_object(tool_json)) return texts;
    const auto text_of = [&tool_json](std::string_view key) {
        return unquote_json(find_member(tool_json, key)).value_or("");
    };
    auto& title = text_in(texts, search_field::title);
    title = text_of("title");
    if (title.empty())
        title =
            unquote_json(find_member(find_member(tool_json, "annotations"), "title")).value_or("");
    text_in(texts, search_field::description) = text_of("description");
    schema_reader{texts}.read(find_member(tool_json, "inputSchema"), 0);
    return texts;
}

} // namespace mcpgw
