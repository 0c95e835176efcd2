// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/step_dispatch.hpp"

#include "protocol/json/json_text.hpp"
#include "server/gateway/shown_tool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

result<step_dispatch::place> step_dispatch::place_of(const catalog* shown,
                                                     std::string_view name) const {
    const auto* const target = shown == nullptr ? nullptr : shown->find_tool(name);
    constexpr std::size_t shown_bytes_max = 200;
    if (target == nullptr)
        return fault{errc::tool_not_found,
                     fmt::format("Unknown tool: {}; a step may name its server as well",
                                 name.substr(0, utf8_prefix(name, shown_bytes_max)))};
    place found{target->upstream, target->original};
    const auto server = upstreams_.find(target->upstream);
    if (server == nullptr) return found;
    const auto& tools = server->lists().tools;
    const auto listed = std::ranges::find(tools, target->original, &list_item::own_name);
    if (listed != tools.end()) found.tool = listed->key;
    return found;
}

task<result<std::string>> step_dispatch::call_tool(std::string server, std::string tool,
                                                   const client_request& request,
                                                   reply_sink& sink) {
    place where{std::move(server), std::move(tool)};
    if (where.server.empty()) {
        auto shown = co_await lookup_.catalog_with(request, entry_kind::tool, where.tool);
        if (shown.has_error()) co_return shown.error();
        auto found = place_of(shown->get(), where.tool);
        if (found.has_error()) co_return found.error();
        where = std::move(*found);
    }
    const gateway_tools::child_call what{where.server, where.tool,
                                         request.message.in_params.arguments.of(request.text)};
    auto answered = co_await tools_.call_child(what, request, sink);
    if (answered.has_error()) co_return answered.error();
    co_return std::move(answered->text);
}

tool_facts step_dispatch::facts_of(std::string_view server, std::string_view tool,
                                   const client_request& request) const {
    place where{std::string{server}, std::string{tool}};
    using enum tool_facts::standing;
    if (server.empty()) {
        const auto shown = view_.shown_to(request);
        auto found = place_of(shown.get(), tool);
        if (found.has_error()) return {view_.is_told(request) ? unknown_tool : untold, {}};
        where = std::move(*found);
    }
    const auto found = upstreams_.find(where.server);
    if (found == nullptr || !view_.has_server(request.scope, *found)) return {unknown_server, {}};
    const auto known = shown_tool::find(*found, where.tool);
    const list_item as_named{where.tool, "{}"};
    const bool is_listed = known.listed != nullptr;
    const bool is_hidden =
        known.own_name.empty() ||
        !view_.admits(request, *found, list_kind::tools, is_listed ? *known.listed : as_named);
    if (is_hidden) return {unknown_tool, {}};
    if (is_listed) return {listed, known.listed->json};
    return {found->lists().capabilities.empty() ? untold : unknown_tool, {}};
}

} // namespace mcpgw
