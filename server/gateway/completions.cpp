// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/completions.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

bool declares_completions(const upstream& c) {
    return !find_member(c.lists().capabilities, "completions").empty();
}

/// The capability came with 2025-03-26; older servers may complete without it.
bool may_complete(const upstream& c) {
    return declares_completions(c) || c.lists().capabilities.empty() ||
           c.view().spoken().value_or(newest_legacy) < revision::r2025_03_26;
}

} // namespace

bool completions::are_offered(const client_request& request) const {
    return std::ranges::any_of(upstreams_.children(), [&](const auto& c) {
        return view_.has_server(request.scope, *c) && may_complete(*c);
    });
}

task<completions::outcome> completions::complete(const client_request& request, reply_sink& sink) {
    const auto ref = request.message.in_params.ref.of(request.text);
    const auto type = unquote_json(find_member(ref, "type")).value_or("");
    const bool is_prompt = type == "ref/prompt";
    const auto key = is_prompt ? "name" : "uri";
    const auto wanted = unquote_json(find_member(ref, key));
    if (!wanted || (!is_prompt && type != "ref/resource"))
        co_return fault{errc::invalid_params,
                        "completion/complete needs params.ref with type ref/prompt and name, or "
                        "ref/resource and uri"};
    const auto what = is_prompt ? entry_kind::prompt : entry_kind::completed_resource;
    const auto shown = co_await lookup_.catalog_with(request, what, *wanted);
    if (shown.has_error()) co_return shown.error();
    const auto* const target = *shown ? view_.find(request, **shown, what, *wanted) : nullptr;
    if (target == nullptr)
        co_return fault{is_prompt ? errc::prompt_not_found : errc::resource_not_found,
                        "params.ref names no prompt or resource template of this gateway"};
    const auto source = upstreams_.find(target->upstream);
    if (source != nullptr && !may_complete(*source)) {
        // Nothing of what this client sees completes: the gateway did not say that it would.
        if (!are_offered(request))
            co_return fault{errc::method_not_found,
                            fmt::format("server '{}' offers no completions", target->upstream)};
        result_context context;
        context.client_era = request.client_era;
        context.client = request.spoken;
        context.server_info = source->view().server_info();
        co_return result_for_client(R"({"completion":{"values":[],"total":0,"hasMore":false}})",
                                    context);
    }
    const auto original = is_prompt ? fmt::format(R"({{"type":"ref/prompt","name":{}}})",
                                                  quote_json(target->original))
                                    : std::string{ref};
    forward_request order;
    order.upstream = target->upstream;
    order.method = method::complete;
    order.replaced_key = "ref";
    order.replacement = original;
    auto answer = co_await forwarder_.send(order, request, sink);
    co_return raw_result(std::move(answer));
}

} // namespace mcpgw
