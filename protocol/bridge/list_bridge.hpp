// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/list_kind.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// What a tool says of its structured output.
enum class output_shape : unsigned char {
    undeclared, ///< no outputSchema
    object,     ///< the root of its outputSchema says `"type":"object"`
    other,      ///< anything else, which only 2026-07-28 allows (server/tools, "Output Schema")
};
output_shape output_shape_of(std::string_view tool_json);

/// One entry of a list (raw object) for a client of that revision: without the members that the
/// revision does not have. An outputSchema of shape `other` becomes
/// {"type":"object","properties":{"result":S},"required":["result"]} for legacy clients; their
/// structuredContent is wrapped the same way (structured_content_for). Everything else keeps its
/// bytes, `x-mcp-header` and foreign members among them.
///
/// `has_tasks`: the gateway relays tasks to this client, so `execution` means something to it.
std::string item_for_client(list_kind kind, std::string_view item_json, revision client,
                            bool has_tasks = false);

/// structuredContent (raw value) of a tool of that shape for a client: empty where the client must
/// not see it, because its revision has none or allows objects only.
std::string structured_content_for(std::string_view content, output_shape shape, revision client);

} // namespace mcpgw
