// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/introduction.hpp"

#include "protocol/catalog/server_capabilities.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"
#include "server/catalog/list_pages.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>

#include <optional>

namespace mcpgw {

namespace {

constexpr std::string_view own_instructions =
    "This is a gateway in front of other MCP servers. Call list_registered_children to see them, "
    "get_schema for what one offers, and execute_child_tool to use one of its tools.";

constexpr std::string_view search_instructions =
    "Most tools of this gateway are not listed. Call search_tools with what you want to do, and "
    "call_tool with the name and arguments of the tool that fits; describe_tool has all that is "
    "said of it.";

} // namespace

task<result<std::string>> introduction::capabilities_for(const client_request& request) {
    // During initialize the session knows the revision already, the request does not.
    const bool is_modern = request.client_era == era::modern;
    const auto client = is_modern ? request.spoken : request.session->spoken;
    capability_sources sources;
    if (is_server_scope(request.scope)) {
        const auto only = upstreams_.find(request.scope);
        if (only == nullptr) co_return fault{errc::server_not_found};
        if (only->lists().capabilities.empty()) {
            const auto ready = co_await only->life().ensure_running(
                clock_type::now() + only->options().start_wait(), *request.abort);
            if (ready.has_error()) co_return ready.error();
        }
        sources.servers.emplace_back(only->lists().capabilities);
        sources.is_one_server = true;
        co_return merged_capabilities(sources, client);
    }
    sources.has_own_tools = view_.shows_own(request) || view_.finds_tools(request);
    sources.has_own_resources = view_.shows_own(request);
    for (const auto& c : upstreams_.children()) {
        if (!view_.has_server(request.scope, *c)) continue;
        const auto& offered = c->lists().capabilities;
        if (view_.shows_servers(request)) sources.servers.emplace_back(offered);
        if (offered.empty() || !find_member(offered, "logging").empty()) sources.has_logging = true;
    }
    co_return merged_capabilities(sources, client);
}

std::string introduction::server_info(const client_request& request) const {
    // An endpoint of one server looks like that server.
    const auto only =
        is_server_scope(request.scope) ? upstreams_.find(request.scope) : upstream_ref{};
    auto info = only == nullptr ? std::string{} : std::string{only->view().server_info()};
    return is_json_object(info) ? info : std::string{gateway_identity};
}

std::string introduction::instructions_for(const client_request& request) const {
    std::string text;
    const auto add = [&text](std::string_view more) {
        if (!text.empty() && !more.empty()) text += "\n\n";
        text += more;
    };
    const bool is_whole_gateway = request.scope.empty() || request.scope == view_.sole_server();
    if (is_whole_gateway) add(options_.instructions);
    if (const auto shown = view_.view_of(request)) add(shown->options().instructions);
    if (is_server_scope(request.scope)) {
        const auto only = upstreams_.find(request.scope);
        if (only != nullptr) add(only->lists().instructions);
        return text;
    }
    if (view_.shows_own(request)) add(own_instructions);
    // Of the servers' own, describe_tool tells: there may be many of them.
    if (view_.finds_tools(request))
        add(search_instructions);
    else if (view_.shows_servers(request))
        for (const auto& c : upstreams_.children())
            if (!c->lists().instructions.empty() && view_.has_server(request.scope, *c))
                add(fmt::format("{}: {}", c->name(), c->lists().instructions));
    return text;
}

task<introduction::outcome> introduction::initialize(client_request& request) {
    auto& session = *request.session;
    if (session.is_initialized)
        co_return fault{errc::invalid_request, "this session is initialized already"};
    const auto params = request.params();
    const auto wanted = unquote_json(find_member(params, "protocolVersion"));
    const auto known = wanted ? parse_revision(*wanted) : std::nullopt;
    // An unknown version, and none, is answered with ours; the client decides (2025-11-25,
    // basic/lifecycle, "Version Negotiation").
    session.spoken = known && era_of(*known) == era::legacy ? *known : newest_legacy;
    const auto capabilities = find_member(params, "capabilities");
    if (is_json_object(capabilities)) session.client_capabilities = capabilities;
    session.client_info = find_member(params, "clientInfo");
    const auto offered = co_await capabilities_for(request);
    if (offered.has_error()) co_return offered.error();
    // Waiting for the capabilities took a while: a session that ended meanwhile stays forgotten.
    if (session.is_closed()) co_return fault{errc::session_unknown};
    session.is_initialized = true;
    listeners_.add(request.session);
    const auto instructions = instructions_for(request);
    co_return fmt::format(R"({{"protocolVersion":"{}","capabilities":{},"serverInfo":{}{}{}}})",
                          to_string(session.spoken), *offered, server_info(request),
                          instructions.empty() ? "" : R"(,"instructions":)",
                          instructions.empty() ? "" : quote_json(instructions));
}

/// What the gateway says of itself changes with its servers, so it lasts as long as what they said.
cache_hints introduction::discover_hints(const client_request& request) const {
    if (!view_.shows_servers(request)) return {};
    std::optional<cache_hints> merged;
    for (const auto& c : upstreams_.children()) {
        if (!view_.has_server(request.scope, *c)) continue;
        if (!merged) merged = c->lists().discover_hints;
        merged->merge(c->lists().discover_hints);
    }
    auto hints = merged.value_or(cache_hints{});
    if (!request.principal.empty()) hints.is_public = false;
    return hints;
}

task<introduction::outcome> introduction::discover(const client_request& request) {
    const auto offered = co_await capabilities_for(request);
    if (offered.has_error()) co_return offered.error();
    std::string versions;
    for (const auto r : all_revisions)
        versions += fmt::format("{}\"{}\"", versions.empty() ? "" : ",", to_string(r));
    const auto instructions = instructions_for(request);
    auto members = fmt::format(R"("supportedVersions":[{}],"capabilities":{})", versions, *offered);
    if (!instructions.empty())
        members += fmt::format(R"(,"instructions":{})", quote_json(instructions));
    co_return cacheable_result(request.client_era, members, discover_hints(request),
                               server_info(request));
}

} // namespace mcpgw
