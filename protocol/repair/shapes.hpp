// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/list_kind.hpp"
#include "protocol/repair/shape.hpp"

#include <string_view>

namespace mcpgw {

/// The shapes that MCP's schemas give to what servers send (schema of 2025-11-25 and 2026-07-28;
/// the older revisions know a part of the members, which the bridges leave out).

/// An entry of a list: a tool, prompt, resource or template.
const shape& list_item_shape(list_kind kind);
/// Who a server is (schema, Implementation).
const shape& implementation_shape();
/// A block of content by its `type`; null: MCP knows no such type.
const shape* block_shape(std::string_view block);
/// The result of a method; null: it has no members that matter.
const shape* result_shape(std::string_view method);

/// `_meta` of a result, in which a modern server says who it is.
extern const value_rule result_meta_rule;
/// A block of content; blocks in an array, for which a block or a text alone may stand.
extern const value_rule content_block_rule;
extern const value_rule content_blocks_rule;

/// Fits a block of content (ContentBlock). A text alone stands for a block of type text.
result<fitted_object> fit_block(std::string_view block, std::string_view place);

} // namespace mcpgw
