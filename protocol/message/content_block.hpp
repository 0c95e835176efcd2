// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"
#include "protocol/text/value_rules.hpp"

#include <array>
#include <string_view>

namespace mcpgw {

/// A member that the envelope names, and where its span goes.
template <class Spans>
struct named_member {
    std::string_view name;
    text_span Spans::*slot;

    /// Looked up for each member of each message: their last bytes tell most names of one length
    /// apart, without a call for the others.
    [[nodiscard]] constexpr bool is_called(std::string_view other) const {
        return name.size() == other.size() && name.back() == other.back() && name == other;
    }
};

/// What is looked at in a block of `content`.
struct block_spans {
    text_span type, text, data, mime_type, uri, name;
};

constexpr std::array block_members{
    named_member<block_spans>{"type", &block_spans::type},
    named_member<block_spans>{"text", &block_spans::text},
    named_member<block_spans>{"data", &block_spans::data},
    named_member<block_spans>{"mimeType", &block_spans::mime_type},
    named_member<block_spans>{"uri", &block_spans::uri},
    named_member<block_spans>{"name", &block_spans::name},
};

/// Whether a block has what its type needs (schema, ContentBlock); finer things are left to
/// repair_result(), which looks at those that have more than that.
inline bool is_plain_block(const block_spans& block, std::string_view text) {
    const auto is_text = [text](text_span value) {
        return value && text[value.begin] == '"';
    };
    const auto type = block.type.of(text);
    if (type == "\"text\"") return is_text(block.text);
    if (type == "\"image\"" || type == "\"audio\"")
        return is_base64_text(block.data.of(text)) && is_text(block.mime_type);
    if (type == "\"resource_link\"") return is_text(block.uri) && is_text(block.name);
    return false;
}

} // namespace mcpgw
