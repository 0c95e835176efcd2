// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/content_bridge.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

std::string text_block(std::string_view text) {
    return fmt::format(R"({{"type":"text","text":{}}})", quote_json(text));
}

std::string text_of(std::string_view block, std::string_view key) {
    return unquote_json(find_member(block, key)).value_or("");
}

/// What is known of a resource, for clients that know no links (2025-06-18, server/tools,
/// "Resource Links").
std::string link_text(std::string_view block) {
    const auto type = text_of(block, "mimeType");
    const auto description = text_of(block, "description");
    return fmt::format("Resource {}: {}{}{}", text_of(block, "name"), text_of(block, "uri"),
                       type.empty() ? "" : " (" + type + ")",
                       description.empty() ? "" : " - " + description);
}

std::string block_for(std::string_view block, revision client) {
    const auto type = find_member(block, "type");
    if (type == "\"audio\"" && client < revision::r2025_03_26)
        return text_block(
            fmt::format("[{} audio left out: MCP {}, which this client speaks, has no "
                        "audio]",
                        text_of(block, "mimeType"), to_string(client)));
    if (type == "\"resource_link\"" && client < revision::r2025_06_18)
        return text_block(link_text(block));
    return std::string{block};
}

std::string blocks_for(std::string_view blocks, revision client) {
    std::string elements;
    element_reader reader{blocks};
    while (const auto block = reader.next()) {
        if (!elements.empty()) elements += ',';
        elements += block_for(*block, client);
    }
    return "[" + elements + "]";
}

std::string messages_for(std::string_view messages, revision client) {
    std::string elements;
    element_reader reader{messages};
    while (const auto message = reader.next()) {
        member_writer kept;
        member_reader members{*message};
        while (const auto member = members.next())
            kept.add(member->key, member->key == "content" ? block_for(member->value, client)
                                                           : std::string{member->value});
        if (!elements.empty()) elements += ',';
        elements += kept.object();
    }
    return "[" + elements + "]";
}

bool is_empty_array(std::string_view json) {
    return json.empty() || !element_reader{json}.next();
}

} // namespace

bool changes_content(std::string_view structured, output_shape output, revision client) {
    if (client < revision::r2025_06_18) return true;
    if (structured.empty() || era_of(client) == era::modern) return false;
    return output == output_shape::other || !is_json_object(structured);
}

std::string content_for_client(std::string result_json, output_shape output, revision client) {
    const auto structured = find_member(result_json, "structuredContent");
    const auto shown =
        structured.empty() ? std::string{} : structured_content_for(structured, output, client);
    const bool has_old_blocks = client < revision::r2025_06_18;
    if (!has_old_blocks && shown == structured) return result_json;
    // What is dropped and said nowhere else would be lost.
    const bool says_it =
        !structured.empty() && shown.empty() && is_empty_array(find_member(result_json, "content"));
    const auto said = says_it ? "[" + text_block(structured) + "]" : std::string{};
    member_writer kept;
    if (says_it && find_member(result_json, "content").empty()) kept.add("content", said);
    member_reader reader{result_json};
    while (const auto member = reader.next()) {
        if (member->key == "structuredContent") {
            if (!shown.empty()) kept.add(member->key, shown);
        } else if (member->key == "content" && is_json_array(member->value)) {
            kept.add(member->key, says_it ? said : blocks_for(member->value, client));
        } else if (member->key == "messages" && is_json_array(member->value)) {
            kept.add(member->key, messages_for(member->value, client));
        } else {
            kept.add(member->key, member->value);
        }
    }
    return kept.object();
}

} // namespace mcpgw
