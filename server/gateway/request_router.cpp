// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/request_router.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/http/param_headers.hpp"
#include "protocol/json/json_text.hpp"
#include "server/gateway/gateway_tool_list.hpp"
#include "server/search/search_tool_list.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t shown_name_bytes_max = 200; // of a name that is not known, in an error

std::string_view shortened(std::string_view name) {
    return name.substr(0, utf8_prefix(name, shown_name_bytes_max));
}

/// 2025-11-25, server/resources: -32002 with the uri; 2026-07-28: -32602.
fault no_resource(const client_request& request, std::string_view raw_uri) {
    const int code = request.client_era == era::legacy ? -32002 : -32602;
    return upstream_fault(fmt::format(R"({{"code":{},"message":"Resource not found",)"
                                      R"("data":{{"code":"RESOURCE_NOT_FOUND","uri":{}}}}})",
                                      code, raw_uri));
}

} // namespace

result<std::string> required_text(const client_request& request, text_span where,
                                  std::string_view key) {
    auto text = unquote_json(where.of(request.text));
    if (!text)
        return fault{errc::invalid_params,
                     fmt::format("{} needs params.{} (a string)", request.method(), key)};
    return std::move(*text);
}

result<forward_request> request_router::order_for(const client_request& request,
                                                  std::string_view name, const catalog* shown) {
    const auto* const target = shown == nullptr ? nullptr : shown->find_tool(name);
    if (target == nullptr)
        return fault{
            errc::tool_not_found,
            fmt::format("Unknown tool: {}; tools/list names those there are", shortened(name))};
    if (request.has_headers()) {
        const auto arguments = request.message.in_params.arguments.of(request.text);
        const auto checked = check_param_headers(target->headers, request.param_headers, arguments);
        if (checked.has_error()) return checked.error();
    }
    forward_request order;
    order.upstream = target->upstream;
    order.method = method::tools_call;
    order.output = target->output;
    order.tasks = &tasks_;
    order.tool_tasks = target->tasks;
    order.tool = target->original;
    if (target->arguments) { // some of them are the gateway's own
        const auto given = request.message.in_params.arguments.of(request.text);
        auto made = target->arguments->apply(given, name);
        if (made.has_error()) return made.error();
        order.arguments = std::make_unique<const std::string>(std::move(*made));
    }
    if (name == target->original) return order; // as the client says it
    order.replaced_key = "name";
    order.replacement = quote_json(target->original);
    return order;
}

bool request_router::is_own(const client_request& request, std::string_view tool) const {
    if (view_.finds_tools(request)) return is_search_tool(tool);
    return view_.shows_own(request) &&
           (is_view_scope(request.scope) ? is_own_tool_of_view(tool) : is_own_tool(tool));
}

std::optional<result<forward_request>>
request_router::tool_at_once(const client_request& request, std::shared_ptr<const catalog>& shown) {
    if (request.method() != method::tools_call || !view_.shows_servers(request))
        return std::nullopt;
    std::string unquoted;
    const auto name = unquote_json(request.message.in_params.name.of(request.text), unquoted);
    if (!name || is_own(request, *name) || flows_.is_tool(request, *name)) return std::nullopt;
    shown = view_.shown_to(request);
    const bool is_known = shown && shown->find_tool(*name) != nullptr;
    if (is_known) return order_for(request, *name, shown.get());
    const bool may_appear = !view_.is_told(request) ||
                            lookup_.untold_by_prefix(request, entry_kind::tool, *name) != nullptr;
    if (may_appear) return std::nullopt;
    return order_for(request, *name, shown.get());
}

task<result<forward_request>> request_router::tool(const client_request& request, std::string name,
                                                   routed_names& names) {
    auto shown = co_await lookup_.catalog_with(request, entry_kind::tool, name);
    if (shown.has_error()) co_return shown.error();
    names.shown = std::move(*shown);
    co_return order_for(request, name, names.shown.get());
}

task<result<forward_request>> request_router::prompt(const client_request& request,
                                                     routed_names& names) {
    const auto name = required_text(request, request.message.in_params.name, "name");
    if (name.has_error()) co_return name.error();
    auto shown = co_await lookup_.catalog_with(request, entry_kind::prompt, *name);
    if (shown.has_error()) co_return shown.error();
    names.shown = std::move(*shown);
    const auto* const target =
        names.shown ? find_entry(*names.shown, entry_kind::prompt, *name) : nullptr;
    if (target == nullptr)
        co_return fault{errc::prompt_not_found,
                        fmt::format("Unknown prompt: {}", shortened(*name))};
    forward_request order;
    order.upstream = target->upstream;
    order.method = method::prompts_get;
    order.replaced_key = "name";
    order.replacement = quote_json(target->original);
    co_return order;
}

task<result<forward_request>> request_router::resource(const client_request& request,
                                                       std::string uri, routed_names& names) {
    auto shown = co_await lookup_.catalog_with(request, entry_kind::resource, uri);
    if (shown.has_error()) co_return shown.error();
    names.shown = std::move(*shown);
    const auto* const target =
        names.shown ? view_.find(request, *names.shown, entry_kind::resource, uri) : nullptr;
    const auto raw_uri = request.message.in_params.uri.of(request.text);
    forward_request order;
    if (target != nullptr) {
        order.upstream = target->upstream;
    } else if (const auto* const source = lookup_.unlisted_source(request, uri)) {
        order.upstream = names.source = *source;
    } else {
        co_return no_resource(request, raw_uri);
    }
    order.method = method::resources_read;
    order.is_cacheable = true;
    order.uri_json = raw_uri;
    co_return order;
}

} // namespace mcpgw
