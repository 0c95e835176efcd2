#pragma once

#include "protocol/mcp.hpp"

#include <array>
#include <string>
#include <string_view>

namespace mcpgw {

/// The four lists of a server.
enum class list_kind : unsigned char { tools, prompts, resources, templates };

inline constexpr std::size_t list_kinds = 4;
inline constexpr std::array all_lists{list_kind::tools, list_kind::prompts, list_kind::resources,
                                      list_kind::templates};
static_assert(all_lists.size() == list_kinds);

/// Name of the array in the result ("tools", "prompts", "resources", "resourceTemplates").
std::string_view array_key(list_kind kind);
/// The method that reads the list.
std::string_view list_method(list_kind kind);
/// The member that tells its entries apart ("name", "uri", "uriTemplate").
std::string_view item_key(list_kind kind);
/// The capability of servers that have such a list.
std::string_view list_capability(list_kind kind);
/// The list of a method, e.g. tools/list. The method must be one of the four.
list_kind list_of(std::string_view method_name);

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
