// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/entry_override.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

namespace mcpgw {

std::string with_value(std::string_view object, std::string_view key, std::string_view value) {
    member_writer out{object.size() + value.size()};
    bool is_there = false;
    member_reader members{object};
    while (const auto member = members.next()) {
        const bool is_it = member->key == key;
        if (is_it && is_there) continue; // the last one wins, wherever it stood
        is_there = is_there || is_it;
        out.add(member->key, is_it ? value : member->value);
    }
    if (!is_there) out.add(key, value);
    return out.take_object();
}

std::string shown_entry(std::string_view item_json, const entry_override& instead,
                        std::string_view annotations) {
    std::string item{item_json};
    if (instead.name) item = with_value(item, "name", quote_json(*instead.name));
    if (instead.title) item = with_value(item, "title", quote_json(*instead.title));
    if (instead.description)
        item = with_value(item, "description", quote_json(*instead.description));
    const auto own = find_member(item, "annotations");
    std::string changed{is_json_object(own) ? own : "{}"};
    // Older clients show the title that a tool has there.
    if (instead.title && !find_member(changed, "title").empty())
        changed = with_value(changed, "title", quote_json(*instead.title));
    member_reader members{annotations};
    while (const auto member = members.next())
        changed = with_value(changed, member->key, member->value);
    return changed == "{}" || changed == own ? item : with_value(item, "annotations", changed);
}

} // namespace mcpgw
