// SPDX-License-Identifier: Apache-2.0
#include "server/stages/outgoing_call.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mcpgw {

namespace {

std::string log_level_of(const client_request& request) {
    if (request.client_era == era::modern)
        return std::string{request.message.in_meta.log_level.of(request.text)};
    constexpr std::array<std::string_view, 8> names{"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};
    if (!request.session->log_level) return {};
    return quote_json(names[static_cast<std::size_t>(*request.session->log_level)]);
}

/// Says to a gateway, which has `handle` for us, in which session a request is.
void add_session(std::string& members, std::string_view meta, const std::string& handle) {
    if (handle.empty()) return;
    const auto own = find_member(meta, meta_key::session);
    if (!members.empty()) members += ',';
    members += fmt::format(R"("{}":{})", meta_key::session,
                           own.empty() || own == "null" ? quote_json(handle) : std::string{own});
}

} // namespace

result<void> prepare_call(call_context& call) {
    call.context.upstream_era = era_of(call.place->spoken());
    // The server that gave this state is gone; another must not execute the request again.
    if (call.state && call.state->what == request_state::kind::relayed &&
        call.server() == era::legacy)
        return request_states::invalid();
    if (call.what.tasks != nullptr) {
        auto terms =
            agree_on_tasks(call.request, call.target, call.place->spoken(), call.what.tool_tasks);
        if (terms.has_error()) return terms.error();
        call.terms = std::move(*terms);
    }
    fill_members(call);
    return {};
}

void fill_members(call_context& call) {
    const auto& request = call.request;
    if (call.what.members) {
        call.members = *call.what.members;
    } else {
        params_route route{call.client(), call.server(), call.what.replaced_key,
                           call.what.replacement};
        if (call.what.arguments) route.arguments = *call.what.arguments;
        call.members = params_for_upstream(request.text, request.message, route);
    }
    // `context` came with 2025-06-18 (server/utilities/completion).
    if (call.what.method == method::complete && call.place->spoken() < revision::r2025_06_18)
        call.members = with_member(call.members.str(), "context", {});
    if (call.state && call.server() == era::modern)
        call.members = with_member(call.members.str(), "requestState", call.state->upstream_state);
    const bool has_task = !call.what.members && request.message.in_params.task;
    if (call.terms.changes(has_task)) call.members = call.terms.apply_to(call.members.str());
}

upstream_call make_call(const call_context& call, message_text&& members,
                        std::string_view retry_members) {
    const auto& request = call.request;
    upstream_call sent;
    sent.method = call.what.method;
    sent.members = std::move(members);
    sent.tool = call.what.tool;
    sent.deadline = call.deadline;
    if (!retry_members.empty()) {
        if (!sent.members.empty()) sent.members.append(",");
        sent.members.append(retry_members);
    }
    const auto meta = request.message.in_params.meta.of(request.text);
    if (request.message.has_foreign_meta) sent.meta_members = meta_for_upstream(meta);
    add_session(sent.meta_members, meta, call.target.options().remote.session_handle);
    if (call.server() == era::modern) {
        sent.client_capabilities = client_capabilities_for(call.relay->client_capabilities(),
                                                           request.spoken, call.place->spoken());
        sent.log_level = log_level_of(request);
    }
    if (call.terms.declares_tasks)
        sent.client_capabilities = with_tasks_declared(sent.client_capabilities);
    sent.wants_progress = call.relay->wants_progress();
    return sent;
}

} // namespace mcpgw
