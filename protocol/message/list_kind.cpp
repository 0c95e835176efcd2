// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/list_kind.hpp"

#include "protocol/message/mcp.hpp"

namespace mcpgw {

namespace {

struct kind_names {
    list_kind kind;
    std::string_view method_name, key, item_key, capability;
};

constexpr std::array names{
    kind_names{list_kind::tools, method::tools_list, "tools", "name", "tools"},
    kind_names{list_kind::prompts, method::prompts_list, "prompts", "name", "prompts"},
    kind_names{list_kind::resources, method::resources_list, "resources", "uri", "resources"},
    kind_names{list_kind::templates, method::resources_templates_list, "resourceTemplates",
               "uriTemplate", "resources"},
};
static_assert(names.size() == list_kinds);

} // namespace

std::string_view array_key(list_kind kind) {
    return names[static_cast<std::size_t>(kind)].key;
}

std::string_view list_method(list_kind kind) {
    return names[static_cast<std::size_t>(kind)].method_name;
}

std::string_view item_key(list_kind kind) {
    return names[static_cast<std::size_t>(kind)].item_key;
}

std::string_view list_capability(list_kind kind) {
    return names[static_cast<std::size_t>(kind)].capability;
}

list_kind list_of(std::string_view method_name) {
    for (const auto& name : names)
        if (name.method_name == method_name) return name.kind;
    return list_kind::tools;
}

} // namespace mcpgw
