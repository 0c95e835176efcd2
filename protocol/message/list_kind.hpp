// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
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

} // namespace mcpgw
