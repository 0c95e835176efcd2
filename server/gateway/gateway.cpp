// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway.hpp"

#include "children/upstream/upstream_fault.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

constexpr std::size_t gateway_tasks_max = 10'000; // sessions that end

/// A required string member of params.
result<std::string> required_text(const client_request& request, text_span where,
                                  std::string_view key) {
    auto text = unquote_json(where.of(request.text));
    if (!text)
        return fault{errc::invalid_params,
                     fmt::format("{} needs params.{} (a string)", request.method(), key)};
    return std::move(*text);
}

int status_of(const client_request& request, errc code) {
    if (request.client_era == era::legacy) return 200;
    // 2026-07-28, basic/transports/streamable-http: 404 for a method that is not served, 400 for a
    // missing client capability and for headers that do not match; other errors are in the body
    // alone.
    if (code == errc::method_not_found) return 404;
    if (code == errc::missing_client_capability || code == errc::header_mismatch) return 400;
    return 200;
}

/// The same for an error object that an upstream made: of these, only the missing capability is
/// about the client.
int status_of_upstream_error(const client_request& request, std::string_view error_json) {
    const auto code = describe(errc::missing_client_capability).json_rpc;
    const bool is_missing = find_member(error_json, "code") == std::to_string(code);
    return is_missing ? status_of(request, errc::missing_client_capability) : 200;
}

} // namespace

std::string gateway_server_info() {
    return std::string{gateway_identity};
}

gateway::gateway(gateway_options options, registry& upstreams, logger& log)
    : options_(std::move(options))
    , upstreams_(upstreams)
    , log_(log)
    , sealer_(options_.state_secret.empty() ? token_sealer{} : token_sealer{options_.state_secret})
    , states_(sealer_, options_.question_timeout)
    , parked_(upstreams.get_executor(), states_, options_.parking, log)
    , forwarder_(upstreams, states_, parked_, log)
    , tools_(options_, upstreams, forwarder_)
    , lists_(sealer_, options_.list_page_items)
    , subscriptions_(upstreams.get_executor())
    , client_tasks_(upstreams, subscriptions_, log)
    , last_catalog_(upstreams.merged())
    , tasks_(upstreams.get_executor(), gateway_tasks_max) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("unexpected exception in the work for clients: {}", what);
    };
    upstreams_.set_listener(this);
}

gateway::~gateway() {
    upstreams_.set_listener(nullptr);
}

bool gateway::has_scope(std::string_view name) const {
    return upstreams_.find(name) != nullptr;
}

result<void> gateway::readiness(bool is_strict) const {
    if (is_stopping_) return errc::gateway_stopping;
    std::vector<std::string_view> awaited;
    for (const auto* const c : upstreams_.warming()) awaited.push_back(c->name());
    if (!awaited.empty())
        return fault{errc::server_busy,
                     fmt::format("servers that are being started: {}", fmt::join(awaited, ", "))};
    if (!is_strict) return {};
    std::vector<std::string> failing;
    for (const auto& c : upstreams_.children()) {
        const auto state = c->state();
        if (state != upstream_state::failed && state != upstream_state::unhealthy) continue;
        failing.push_back(fmt::format("{} ({})", c->name(), c->status().last_error));
    }
    if (failing.empty()) return {};
    return fault{errc::server_failed,
                 fmt::format("servers that fail: {}", fmt::join(failing, ", "))};
}

void gateway::stop() {
    is_stopping_ = true;
    subscriptions_.stop();
    client_tasks_.stop();
}

task<> gateway::close() {
    co_await parked_.close();
    co_await tasks_.wait_all();
}

bool gateway::shows_own(const client_request& request) const {
    return request.scope.empty() && options_.expose != exposure::all;
}

bool gateway::shows_children(const client_request& request) const {
    return !request.scope.empty() || options_.expose != exposure::gateway;
}

/// The child behind which the gateway is not to be seen: the only one, all of which is shown under
/// its own names. Empty: there is none.
std::string_view gateway::sole_child() const {
    const bool is_unseen =
        options_.expose == exposure::all && options_.naming.prefix == prefix_policy::never;
    const auto& all = upstreams_.children();
    return is_unseen && all.size() == 1 ? std::string_view{all.front()->name()}
                                        : std::string_view{};
}

task<client_reply> gateway::handle(client_request& request, reply_sink& sink) {
    if (request.scope.empty()) request.scope = sole_child();
    if (is_stopping_) co_return stopping_reply(request);
    std::shared_ptr<const catalog> shown; // the order views it
    const auto order = order_at_once(request, shown);
    if (order && order->has_error()) co_return reply_of(request, order->error());
    if (order) { // most requests: no coroutine but this one
        auto forwarded = co_await forwarder_.send(**order, request, sink);
        co_return reply_of(request, outcome_of(request, **order, std::move(forwarded)));
    }
    auto answered = co_await route(request, sink);
    co_return reply_of(request, std::move(answered));
}

client_reply gateway::stopping_reply(const client_request& request) {
    const fault stopping{errc::gateway_stopping};
    return {make_error_response(request.id(), stopping), describe(stopping.code).http_status};
}

client_reply gateway::reply_of(const client_request& request, outcome answered) {
    if (!answered.has_error()) return {wrap_response(request.id(), std::move(*answered))};
    const auto& failure = answered.error();
    if (failure.is_error_object)
        return {make_raw_error_response(request.id(), failure.data_json),
                status_of_upstream_error(request, failure.data_json)};
    log_.debug("{} failed: {}", request.method(), failure.message());
    return {make_error_response(request.id(), failure), status_of(request, failure.code)};
}

/// No coroutine: nothing is waited for here.
task<gateway::outcome> gateway::route(client_request& request, reply_sink& sink) {
    const auto name = request.method();
    const bool is_known = is_client_method(name, request.client_era);
    if (is_known && name == method::tools_call) return call_tool(request, sink);
    if (!is_known) return refuse_method(name);
    if (name == method::tools_list || name == method::prompts_list ||
        name == method::resources_list || name == method::resources_templates_list)
        return list(request);
    if (name == method::initialize) return initialize(request);
    if (name == method::discover) return discover(request);
    if (name == method::prompts_get) return get_prompt(request, sink);
    if (name == method::resources_read) return read_resource(request, sink);
    if (name == method::complete) return complete(request, sink);
    if (name == method::listen) return listen(request, sink);
    if (name.starts_with("tasks/")) return client_tasks_.handle(request, sink);
    if (name == method::resources_subscribe || name == method::resources_unsubscribe)
        return subscribe(request);
    return answer_at_once(request);
}

task<gateway::outcome> gateway::answer_at_once(const client_request& request) {
    const auto name = request.method();
    if (name == method::ping) co_return std::string{"{}"};
    if (name == method::set_level) co_return set_level(request);
    co_return co_await refuse_method(name);
}

task<gateway::outcome> gateway::refuse_method(std::string_view name) {
    co_return fault{errc::method_not_found, fmt::format("Method not found: {}", name)};
}

task<gateway::outcome> gateway::forward(forwarder::order order, const client_request& request,
                                        reply_sink& sink) {
    auto answer = co_await forwarder_.send(order, request, sink);
    co_return outcome_of(request, order, std::move(answer));
}

gateway::outcome gateway::outcome_of(const client_request& request, const forwarder::order& order,
                                     result<forwarded_answer>&& answer) {
    if (answer.has_error()) return answer.error();
    const bool may_have_links = answer->may_have_links && (order.method == method::tools_call ||
                                                           order.method == method::prompts_get);
    if (answer->is_error) return upstream_fault(answer->text.str());
    const auto source = answer->by ? std::string_view{answer->by->server} : order.upstream;
    if (may_have_links) note_links(request, source, answer->text);
    return std::move(answer->text);
}

void gateway::note_links(const client_request& request, std::string_view source,
                         const message_text& result_json) {
    if (!link_memory::may_have_links(result_json)) return;
    links_.note_result(link_memory::client_of(request), std::string{source}, result_json.str());
}

/// What a call of a child's tool becomes. Errors: there is no such tool, or the header fields do
/// not match it.
result<forwarder::order> gateway::order_for(const client_request& request, std::string_view name,
                                            const catalog* shown) {
    const auto* const target = shown == nullptr ? nullptr : shown->find_tool(name);
    if (target == nullptr)
        return fault{errc::tool_not_found,
                     fmt::format("Unknown tool: {}; tools/list names those there are",
                                 name.substr(0, utf8_prefix(name, 200)))};
    if (request.has_headers()) {
        const auto arguments = request.message.in_params.arguments.of(request.text);
        const auto checked = check_param_headers(target->headers, request.param_headers, arguments);
        if (checked.has_error()) return checked.error();
    }
    forwarder::order order;
    order.upstream = target->upstream;
    order.method = method::tools_call;
    order.output = target->output;
    order.tasks = &client_tasks_;
    order.tool_tasks = target->tasks;
    order.tool = target->original;
    if (name == target->original) return order; // as the client says it
    order.replaced_key = "name";
    order.replacement = quote_json(target->original);
    return order;
}

/// For a call of a child's tool that is known, or cannot be; it views `shown`, which is set then.
/// Nothing: it takes another way.
std::optional<result<forwarder::order>>
gateway::order_at_once(const client_request& request, std::shared_ptr<const catalog>& shown) {
    if (request.method() != method::tools_call || !shows_children(request)) return std::nullopt;
    std::string unquoted;
    const auto name = unquote_json(request.message.in_params.name.of(request.text), unquoted);
    if (!name || (shows_own(request) && tools_.has_tool(*name))) return std::nullopt;
    shown = shown_to(request);
    const bool is_known = shown && shown->find_tool(*name) != nullptr;
    if (is_known) return order_for(request, *name, shown.get());
    const bool may_appear =
        !is_told(request) || source_by_prefix(request, entry::tool, *name) != nullptr;
    if (may_appear) return std::nullopt;
    return order_for(request, *name, shown.get());
}

task<gateway::outcome> gateway::call_tool(client_request& request, reply_sink& sink) {
    const auto name = required_text(request, request.message.in_params.name, "name");
    if (name.has_error()) co_return name.error();
    if (shows_own(request) && tools_.has_tool(*name)) {
        auto own = co_await tools_.call(*name, request, sink);
        if (!own.has_error() && !own->source.empty()) note_links(request, own->source, own->result);
        if (own.has_error()) co_return own.error();
        co_return std::move(own->result);
    }
    const auto shown = co_await catalog_with(request, entry::tool, *name);
    if (shown.has_error()) co_return shown.error();
    const auto order = order_for(request, *name, shown->get());
    if (order.has_error()) co_return order.error();
    auto answer = co_await forwarder_.send(*order, request, sink);
    co_return outcome_of(request, *order, std::move(answer));
}

task<gateway::outcome> gateway::get_prompt(client_request& request, reply_sink& sink) {
    const auto name = required_text(request, request.message.in_params.name, "name");
    if (name.has_error()) co_return name.error();
    const auto shown = co_await catalog_with(request, entry::prompt, *name);
    if (shown.has_error()) co_return shown.error();
    const auto* const target = *shown ? find_entry(**shown, entry::prompt, *name) : nullptr;
    if (target == nullptr)
        co_return fault{
            errc::prompt_not_found,
            fmt::format("Unknown prompt: {}", name->substr(0, utf8_prefix(*name, 200)))};
    forwarder::order order;
    order.upstream = target->upstream;
    order.method = method::prompts_get;
    order.replaced_key = "name";
    order.replacement = quote_json(target->original);
    co_return co_await forward(std::move(order), request, sink);
}

task<gateway::outcome> gateway::read_resource(client_request& request, reply_sink& sink) {
    const auto uri = required_text(request, request.message.in_params.uri, "uri");
    if (uri.has_error()) co_return uri.error();
    if (shows_own(request) && tools_.has_resource(*uri))
        co_return cacheable_result(request.client_era,
                                   fmt::format(R"("contents":{})", tools_.read(*uri)), {},
                                   gateway_server_info());
    const auto shown = co_await catalog_with(request, entry::resource, *uri);
    if (shown.has_error()) co_return shown.error();
    const auto* const target = *shown ? find_entry(**shown, entry::resource, *uri) : nullptr;
    const auto raw_uri = request.message.in_params.uri.of(request.text);
    std::string source; // what a link leads to may be forgotten meanwhile
    forwarder::order order;
    if (target != nullptr) {
        order.upstream = target->upstream;
    } else if (!request.scope.empty()) {
        order.upstream = request.scope; // a server may have resources that it does not list
    } else if (const auto* const linked = link_source(request, *uri)) {
        order.upstream = source = *linked;
    } else {
        // 2025-11-25, server/resources: -32002 with the uri; 2026-07-28: -32602.
        const int code = request.client_era == era::legacy ? -32002 : -32602;
        co_return upstream_fault(fmt::format(R"({{"code":{},"message":"Resource not found",)"
                                             R"("data":{{"code":"RESOURCE_NOT_FOUND","uri":{}}}}})",
                                             code, raw_uri));
    }
    order.method = method::resources_read;
    order.is_cacheable = true;
    order.uri_json = raw_uri;
    co_return co_await forward(std::move(order), request, sink);
}

} // namespace mcpgw
