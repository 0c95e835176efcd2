// SPDX-License-Identifier: Apache-2.0
// Opening of both eras, and what concerns a client's session or subscriptions.
#include "server/gateway/gateway.hpp"

#include "protocol/catalog/server_capabilities.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/calls/session_voice.hpp"
#include "server/calls/sharing_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::string_view own_instructions =
    "This is a gateway in front of other MCP servers. Call list_registered_children to see them, "
    "get_schema for what one offers, and execute_child_tool to use one of its tools.";

} // namespace

task<result<std::string>> gateway::capabilities_for(const client_request& request) {
    // During initialize the session knows the revision already, the request does not.
    const bool is_modern = request.client_era == era::modern;
    const auto client = is_modern ? request.spoken : request.session->spoken;
    capability_sources sources;
    if (!request.scope.empty()) {
        auto* const only = upstreams_.find(request.scope);
        if (only == nullptr) co_return fault{errc::server_not_found};
        if (only->lists().capabilities.empty()) {
            const auto ready = co_await only->ensure_running(
                clock_type::now() + only->options().start_wait(), *request.abort);
            if (ready.has_error()) co_return ready.error();
        }
        sources.servers.emplace_back(only->lists().capabilities);
        sources.is_one_server = true;
        co_return merged_capabilities(sources, client);
    }
    sources.has_own_tools = shows_own(request);
    sources.has_own_resources = shows_own(request);
    for (const auto& c : upstreams_.children()) {
        const auto& offered = c->lists().capabilities;
        if (shows_children(request)) sources.servers.emplace_back(offered);
        if (offered.empty() || !find_member(offered, "logging").empty()) sources.has_logging = true;
    }
    co_return merged_capabilities(sources, client);
}

std::string gateway::server_info_for(const client_request& request) const {
    // An endpoint of one server looks like that server.
    const auto* const only = request.scope.empty() ? nullptr : upstreams_.find(request.scope);
    auto info = only == nullptr ? std::string{} : std::string{only->server_info()};
    return is_json_object(info) ? info : gateway_server_info();
}

std::string gateway::instructions_for(const client_request& request) const {
    std::string text;
    const auto add = [&text](std::string_view more) {
        if (!text.empty() && !more.empty()) text += "\n\n";
        text += more;
    };
    const bool is_whole_gateway = request.scope.empty() || request.scope == sole_child();
    if (is_whole_gateway) add(options_.instructions);
    if (!request.scope.empty()) {
        const auto* const only = upstreams_.find(request.scope);
        if (only != nullptr) add(only->lists().instructions);
        return text;
    }
    if (shows_own(request)) add(own_instructions);
    if (shows_children(request))
        for (const auto& c : upstreams_.children())
            if (!c->lists().instructions.empty())
                add(fmt::format("{}: {}", c->name(), c->lists().instructions));
    return text;
}

task<gateway::outcome> gateway::initialize(client_request& request) {
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
    subscriptions_.add(request.session);
    const auto instructions = instructions_for(request);
    co_return fmt::format(R"({{"protocolVersion":"{}","capabilities":{},"serverInfo":{}{}{}}})",
                          to_string(session.spoken), *offered, server_info_for(request),
                          instructions.empty() ? "" : R"(,"instructions":)",
                          instructions.empty() ? "" : quote_json(instructions));
}

/// What the gateway says of itself changes with its servers, so it lasts as long as what they said.
cache_hints gateway::discover_hints(const client_request& request) const {
    if (!shows_children(request)) return {};
    std::optional<cache_hints> merged;
    for (const auto& c : upstreams_.children()) {
        if (!request.scope.empty() && c->name() != request.scope) continue;
        if (!merged) merged = c->lists().discover_hints;
        merged->merge(c->lists().discover_hints);
    }
    auto hints = merged.value_or(cache_hints{});
    if (!request.principal.empty()) hints.is_public = false;
    return hints;
}

task<gateway::outcome> gateway::discover(const client_request& request) {
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
                               server_info_for(request));
}

gateway::outcome gateway::set_level(const client_request& request) {
    const auto name = unquote_json(request.message.in_params.level.of(request.text));
    const auto level = parse_log_level(name.value_or(""));
    if (!level)
        return fault{errc::invalid_params,
                     "params.level must be one of debug, info, notice, warning, error, critical, "
                     "alert, emergency"};
    request.session->log_level = level;
    // A shared child serves several clients: it says everything, each client gets its own level.
    for (const auto& c : upstreams_.children()) c->want_logs();
    return std::string{"{}"};
}

void gateway::on_notification(const client_request& notification) {
    if (notification.method() != notification::roots_changed || !notification.session) return;
    // Only what is this session's alone: a shared child must not be told of one client's roots.
    const auto key = sharing_key(*notification.session);
    for (const auto& c : upstreams_.children()) c->renew_roots(key);
}

std::shared_ptr<call_observer> gateway::client_with(std::string_view key, revision server) {
    for (const auto& session : subscriptions_.sessions())
        if (sharing_key(*session) == key) return session_voice::of(session, server);
    return nullptr;
}

void gateway::report_changes(const catalog& before, const catalog& now, std::string_view scope) {
    using kind = subscriptions::list_kind;
    if (before.tools_json() != now.tools_json()) subscriptions_.on_list_changed(kind::tools, scope);
    if (before.prompts_json() != now.prompts_json())
        subscriptions_.on_list_changed(kind::prompts, scope);
    if (before.resources_json() != now.resources_json() ||
        before.templates_json() != now.templates_json())
        subscriptions_.on_list_changed(kind::resources, scope);
}

void gateway::on_catalog_changed() {
    const auto before = std::exchange(last_catalog_, upstreams_.merged());
    // The gateway's own lists never change.
    if (options_.expose != exposure::gateway) report_changes(*before, *last_catalog_, {});
    const catalog none;
    for (const auto& c : upstreams_.children()) {
        const auto now = upstreams_.only(c->name());
        const auto last = std::exchange(last_single_[c->name()], now);
        report_changes(last ? *last : none, *now, c->name());
    }
}

void gateway::on_upstream_notification(upstream& source, std::string_view line,
                                       const envelope& message) {
    const auto name = message.method.of(line);
    if (name == notification::resource_updated) {
        if (const auto uri = unquote_json(message.in_params.uri.of(line)))
            subscriptions_.on_resource_updated(*uri, source.name());
        return;
    }
    log_.debug("server '{}' sent {}, which goes to no client", source.name(), name);
}

} // namespace mcpgw
