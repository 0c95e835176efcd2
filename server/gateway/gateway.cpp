// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"
#include "protocol/message/rpc.hpp"
#include "server/calls/sharing_key.hpp"
#include "server/gateway/gateway_tool_list.hpp"
#include "server/search/search_tool_list.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

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

gateway::gateway(gateway_options options, registry& upstreams, logger& log)
    : options_(std::move(options))
    , upstreams_(upstreams)
    , log_(log)
    , sealer_(options_.state_secret.empty() ? token_sealer{} : token_sealer{options_.state_secret})
    , states_(sealer_, options_.question_timeout)
    , parked_(upstreams.get_executor(), states_, options_.parking, log)
    , forwarder_(upstreams, states_, parked_, log)
    , views_(options_.views, upstreams, own_names(), search_tool_names())
    , view_(options_.expose, upstreams, views_)
    , lookup_(view_, upstreams, options_.list_wait)
    , tools_(options_, upstreams, view_, forwarder_, lookup_)
    , lists_(sealer_, options_.list_page_items)
    , flows_(upstreams, view_, lookup_, tools_, states_, options_, log)
    , subscriptions_(upstreams.get_executor())
    , client_tasks_(upstreams, subscriptions_, log)
    , router_(view_, lookup_, client_tasks_, flows_.tools)
    , introduction_(options_, upstreams, view_, subscriptions_)
    , completions_(upstreams, view_, lookup_, forwarder_)
    , watches_(upstreams, lookup_, subscriptions_, log)
    , changes_(options_.expose, upstreams, view_, views_, subscriptions_, log) {
    view_.set_exposure(options_.expose, options_.search.pinned);
}

void gateway::adopt(gateway_options options) {
    options.state_secret = std::move(options_.state_secret); // what was sealed can still be opened
    options_ = std::move(options);
    states_.set_lifetime(options_.question_timeout);
    parked_.set_limits(options_.parking);
    flows_.runs.set_limits(options_.parking);
    const bool has_other_flows = flows_.tools.adopt(options_.workflows);
    views_.replace(options_.views);
    view_.set_exposure(options_.expose, options_.search.pinned);
    tools_.search().adopt();
    lookup_.set_list_wait(options_.list_wait);
    lists_.set_page_items(options_.list_page_items);
    changes_.set_exposure(options_.expose);
    if (has_other_flows) changes_.on_own_tools_changed();
}

result<void> gateway::check_scope(std::string_view scope, bool is_near) const {
    if (!is_view_scope(scope)) {
        if (scope.empty() || upstreams_.find(scope) != nullptr) return {};
        return fault{errc::path_not_found,
                     fmt::format("no server named '{}' is configured", scope)};
    }
    if (views_.find(scope) != nullptr) return {};
    const auto slash = scope.find('/');
    const auto noun = scope.substr(0, slash - 1); // without its s
    constexpr std::size_t shown_bytes_max = 80;
    const auto name = scope.substr(slash + 1);
    auto text = fmt::format("there is no {} '{}'", noun,
                            name.substr(0, utf8_prefix(name, shown_bytes_max)));
    // Who comes from elsewhere may have been given one view, and not the names of the others.
    const auto known = views_.list();
    if (is_near && noun == "view")
        text += known.empty() ? std::string{"; no view is configured"}
                              : fmt::format("; there are: {}", fmt::join(known, ", "));
    return fault{errc::path_not_found, std::move(text)};
}

void gateway::set_views(std::vector<view_options> list) {
    options_.views = list;
    views_.replace(std::move(list));
    changes_.on_views_changed();
}

result<std::string> gateway::readiness(bool is_strict) const {
    if (subscriptions_.is_stopping()) return errc::gateway_stopping;
    std::vector<std::string_view> awaited;
    for (const auto& c : upstreams_.warming()) awaited.push_back(c->name());
    if (!awaited.empty())
        return fault{errc::server_busy,
                     fmt::format("servers that are being started: {}", fmt::join(awaited, ", "))};
    const auto all_well = [this]() -> std::string {
        if (!tools_.is_configuration_refused()) return {};
        return "the changed configuration has errors and is not used: see /status or the log\n";
    };
    if (!is_strict) return all_well();
    std::vector<std::string> failing;
    for (const auto& c : upstreams_.children()) {
        const auto state = c->state();
        if (state != upstream_state::failed && state != upstream_state::unhealthy) continue;
        failing.push_back(fmt::format("{} ({})", c->name(), c->status().last_error));
    }
    if (failing.empty()) return all_well();
    return fault{errc::server_failed,
                 fmt::format("servers that fail: {}", fmt::join(failing, ", "))};
}

void gateway::stop() {
    subscriptions_.stop();
    client_tasks_.stop();
}

task<> gateway::close() {
    co_await flows_.runs.close();
    co_await parked_.close();
    co_await watches_.close();
}

task<client_reply> gateway::handle(client_request& request, reply_sink& sink) {
    // Where there are workflows, the gateway is to be seen.
    if (request.scope.empty() && !flows_.tools.has_named()) request.scope = view_.sole_server();
    if (subscriptions_.is_stopping()) co_return stopping_reply(request);
    std::shared_ptr<const catalog> shown; // the order views it
    const auto order = router_.tool_at_once(request, shown);
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
    if (name == method::initialize) {
        changes_.follow(request.scope);
        return introduction_.initialize(request);
    }
    if (name == method::discover) return introduction_.discover(request);
    if (name == method::prompts_get) return get_prompt(request, sink);
    if (name == method::resources_read) return read_resource(request, sink);
    if (name == method::complete) return completions_.complete(request, sink);
    if (name == method::listen) return listen(request, sink);
    if (name.starts_with("tasks/")) return client_tasks_.handle(request, sink);
    if (name == method::resources_subscribe || name == method::resources_unsubscribe)
        return watches_.subscribe(request);
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

gateway::outcome gateway::outcome_of(const client_request& request, const forward_request& order,
                                     result<forwarded_answer>&& answer) {
    const bool has_result = !answer.has_error() && !answer->is_error;
    const bool may_have_links =
        has_result && answer->may_have_links &&
        (order.method == method::tools_call || order.method == method::prompts_get);
    if (may_have_links) {
        const auto source = answer->by ? std::string_view{answer->by->server} : order.upstream;
        lookup_.note_links(request, source, answer->text);
    }
    return raw_result(std::move(answer));
}

task<gateway::outcome> gateway::call_tool(client_request& request, reply_sink& sink) {
    auto name = required_text(request, request.message.in_params.name, "name");
    if (name.has_error()) co_return name.error();
    const bool is_own = router_.is_own(request, *name);
    std::optional<client_request> named; // the call of the tool that one of call_tool names
    if (is_own && view_.finds_tools(request)) {
        if (*name != "call_tool") co_return co_await tools_.search().call(*name, request);
        auto inner = tools_.search().call_within(request);
        if (inner.has_error()) co_return search_tools::refusal(inner.error(), request);
        named = std::move(*inner);
        name = required_text(*named, named->message.in_params.name, "name");
    } else if (is_own) {
        auto own = co_await tools_.call(*name, request, sink);
        if (own.has_error()) co_return own.error();
        if (!own->source.empty()) lookup_.note_links(request, own->source, own->result);
        co_return std::move(own->result);
    }
    auto& called = named ? *named : request; // from here on as if the client had named it itself
    if (flows_.tools.is_tool(called, *name)) {
        auto answered = co_await flows_.tools.call(*name, called, sink);
        co_return answered;
    }
    request_router::routed_names names;
    const auto order = co_await router_.tool(called, *name, names);
    if (order.has_error()) co_return order.error();
    auto answer = co_await forwarder_.send(*order, called, sink);
    co_return outcome_of(called, *order, std::move(answer));
}

task<gateway::outcome> gateway::get_prompt(client_request& request, reply_sink& sink) {
    request_router::routed_names names;
    const auto order = co_await router_.prompt(request, names);
    if (order.has_error()) co_return order.error();
    auto answer = co_await forwarder_.send(*order, request, sink);
    co_return outcome_of(request, *order, std::move(answer));
}

task<gateway::outcome> gateway::read_resource(client_request& request, reply_sink& sink) {
    const auto uri = required_text(request, request.message.in_params.uri, "uri");
    if (uri.has_error()) co_return uri.error();
    if (view_.shows_own(request) && is_own_resource(*uri))
        co_return cacheable_result(request.client_era,
                                   fmt::format(R"("contents":{})", tools_.read(*uri, request)), {},
                                   gateway_identity);
    request_router::routed_names names;
    const auto order = co_await router_.resource(request, *uri, names);
    if (order.has_error()) co_return order.error();
    auto answer = co_await forwarder_.send(*order, request, sink);
    co_return outcome_of(request, *order, std::move(answer));
}

task<gateway::outcome> gateway::list(const client_request& request) {
    auto shown = std::make_shared<const catalog>();
    std::string missing;
    const bool is_view = is_view_scope(request.scope);
    if (view_.shows_servers(request)) {
        // Whoever goes on reading a list goes on with the one that he began.
        if (!request.message.in_params.cursor) co_await lookup_.wait_for_lists(request);
        if (request.abort->reason()) co_return *request.abort->reason();
        shown = view_.shown_to(request);
        if (!shown) co_return fault{errc::path_not_found, "this view is no longer there"};
        missing = view_.missing_servers(request);
    }
    std::string_view own = "[]";
    if (view_.finds_tools(request) && request.method() == method::tools_list) {
        own = search_tools_json(request.client_era);
        const auto all = shown;
        shown = view_.listed_at(request.scope);
        if (!request.message.in_params.cursor) tools_.search().note_list(*shown, *all);
    }
    if (view_.shows_own(request) && request.method() == method::tools_list)
        own = is_view ? own_tools_of_view_json(request.client_era)
                      : own_tools_json(request.client_era);
    if (view_.shows_own(request) && request.method() == method::resources_list)
        own = own_resources_json();
    std::string with_flows;
    if (request.method() == method::tools_list && flows_.tools.has_any(request))
        own = with_flows = flows_.tools.add_to(own, request);
    const auto info = introduction_.server_info(request);
    list_pages::offer offer{own, std::move(shown), info, clock_type::now(), std::move(missing)};
    auto page = lists_.answer(request, std::move(offer), token_sealer::time_point::clock::now());
    if (is_view) views_.keep_within_limit(request.scope);
    co_return page;
}

task<gateway::outcome> gateway::listen(const client_request& request, reply_sink& sink) {
    auto tasks = client_tasks_.notifier().requested_tasks(request);
    if (tasks.has_error()) co_return tasks.error();
    subscriptions::wishes honoured;
    honoured.tasks = {tasks->begin(), tasks->end()};
    honoured.on_listening = [this, &tasks, &request] {
        changes_.follow(request.scope);
        client_tasks_.notifier().start_publishing(*tasks, request);
    };
    co_return co_await watches_.listen(request, sink, std::move(honoured));
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
    upstreams_.want_logs();
    return std::string{"{}"};
}

void gateway::on_notification(const client_request& notification) {
    if (notification.method() != notification::roots_changed || !notification.session) return;
    // Only what is this session's alone: a shared child must not be told of one client's roots.
    const auto key = sharing_key(*notification.session);
    for (const auto& c : upstreams_.children()) c->pools().renew_roots(key);
}

void gateway::on_session_closed(client_session& session) {
    subscriptions_.remove(session);
    lookup_.forget(session);
    client_tasks_.on_session_closed(session);
    const auto key = sharing_key(session);
    for (const auto& c : upstreams_.children()) c->pools().end_key(key);
    watches_.forget(session);
}

} // namespace mcpgw
