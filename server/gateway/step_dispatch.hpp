// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/catalog_lookup.hpp"
#include "server/flows/tool_dispatch.hpp"
#include "server/gateway/gateway_tools.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// The calls of steps of workflows, on the way of all other calls of their client. Owned by the
/// gateway.
class step_dispatch final : public tool_dispatch {
public:
    step_dispatch(const registry& upstreams, const catalog_view& view, catalog_lookup& lookup,
                  gateway_tools& tools)
        : upstreams_(upstreams), view_(view), lookup_(lookup), tools_(tools) {}

    task<result<std::string>> call_tool(std::string server, std::string tool,
                                        const client_request& request, reply_sink& sink) override;
    [[nodiscard]] tool_facts facts_of(std::string_view server, std::string_view tool,
                                      const client_request& request) const override;

private:
    /// Server and tool of a public name.
    struct place {
        std::string server, tool;
    };
    [[nodiscard]] result<place> place_of(const catalog* shown, std::string_view name) const;

    const registry& upstreams_;
    const catalog_view& view_;
    catalog_lookup& lookup_;
    gateway_tools& tools_;
};

} // namespace mcpgw
