// SPDX-License-Identifier: Apache-2.0
// Completion of arguments, by the server that has the prompt or the resource template.
#include "server/gateway/gateway.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

bool declares_completions(const upstream& c) {
    return !find_member(c.lists().capabilities, "completions").empty();
}

/// The capability came with 2025-03-26; older servers may complete without it.
bool may_complete(const upstream& c) {
    return declares_completions(c) || c.lists().capabilities.empty() ||
           c.spoken().value_or(newest_legacy) < revision::r2025_03_26;
}

} // namespace

bool gateway::offers_completions(const client_request& request) const {
    return std::ranges::any_of(upstreams_.children(), [&request](const auto& c) {
        const bool is_shown = request.scope.empty() || request.scope == c->name();
        return is_shown && may_complete(*c);
    });
}

task<gateway::outcome> gateway::complete(client_request& request, reply_sink& sink) {
    const auto ref = request.message.in_params.ref.of(request.text);
    const auto type = unquote_json(find_member(ref, "type")).value_or("");
    const bool is_prompt = type == "ref/prompt";
    const auto key = is_prompt ? "name" : "uri";
    const auto wanted = unquote_json(find_member(ref, key));
    if (!wanted || (!is_prompt && type != "ref/resource"))
        co_return fault{errc::invalid_params,
                        "completion/complete needs params.ref with type ref/prompt and name, or "
                        "ref/resource and uri"};
    const auto what = is_prompt ? entry::prompt : entry::completed_resource;
    const auto shown = co_await catalog_with(request, what, *wanted);
    if (shown.has_error()) co_return shown.error();
    const auto* const target = *shown ? find_entry(**shown, what, *wanted) : nullptr;
    if (target == nullptr)
        co_return fault{is_prompt ? errc::prompt_not_found : errc::resource_not_found,
                        "params.ref names no prompt or resource template of this gateway"};
    auto* const source = upstreams_.find(target->upstream);
    if (source != nullptr && !may_complete(*source)) {
        // Nothing of what this client sees completes: the gateway did not say that it would.
        if (!offers_completions(request))
            co_return fault{errc::method_not_found,
                            fmt::format("server '{}' offers no completions", target->upstream)};
        result_context context;
        context.client_era = request.client_era;
        context.client = request.spoken;
        context.server_info = source->server_info();
        co_return result_for_client(R"({"completion":{"values":[],"total":0,"hasMore":false}})",
                                    context);
    }
    const auto original = is_prompt ? fmt::format(R"({{"type":"ref/prompt","name":{}}})",
                                                  quote_json(target->original))
                                    : std::string{ref};
    forwarder::order order;
    order.upstream = target->upstream;
    order.method = method::complete;
    order.replaced_key = "ref";
    order.replacement = original;
    co_return co_await forward(std::move(order), request, sink);
}

} // namespace mcpgw
