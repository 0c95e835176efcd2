// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway_tools.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"
#include "server/calls/start_progress.hpp"
#include "server/gateway/execute_arguments.hpp"
#include "server/gateway/own_result.hpp"
#include "server/gateway/server_status.hpp"
#include "server/gateway/shown_tool.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mcpgw {

namespace json = boost::json;

namespace {

/// A raw array of the items as their server wrote them; `only`: those with that key.
std::string items_json(const std::vector<const list_item*>& items, std::string_view only = {}) {
    std::string list = "[";
    for (const auto* const item : items) {
        if (!only.empty() && item->key != only) continue;
        if (list.size() > 1) list += ',';
        list += item->json;
    }
    return list + "]";
}

std::string_view text_or(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

/// Whether it runs with what was in force before the last change of the configuration, and why.
json::object with_change(json::object status, const registry& servers, std::string_view name) {
    if (servers.changes().is_being_replaced(name)) status["changed_configuration"] = "starting";
    const auto why = servers.changes().failure_of(name);
    if (why.empty()) return status;
    status["changed_configuration"] = "failed";
    status["changed_configuration_error"] = why;
    return status;
}

/// The server has not said what it offers; or only remembered lists lack the tool, and it may have
/// it by now. `tool` may be empty.
bool must_ask(const upstream& c, const std::string& tool) {
    if (c.lists().capabilities.empty()) return true;
    return c.offer().is_recalled() && !tool.empty() &&
           std::ranges::find(c.lists().tools, tool, &list_item::key) == c.lists().tools.end();
}

/// Starts it for a call, whose client hears how far it is. Returns the progress that was told.
task<result<double>> start_for(upstream& c, executor ex, const client_request& request,
                               reply_sink& sink) {
    double told = 0;
    const auto token = request.message.in_meta.progress_token.of(request.text);
    const bool has_message = request.spoken >= revision::r2025_03_26;
    std::optional<start_progress> waiting;
    if (!token.empty())
        waiting.emplace(ex, c, [&](double progress, const std::string& message) {
            told = progress;
            sink.notify(start_progress_line(token, progress, message, has_message));
        });
    const auto deadline = clock_type::now() + c.options().start_wait();
    const auto ready = co_await c.life().ensure_running(deadline, *request.abort);
    if (ready.has_error()) co_return ready.error();
    co_return told;
}

} // namespace

std::vector<const list_item*> gateway_tools::shown(const client_request& request,
                                                   const upstream& server, list_kind kind) const {
    std::vector<const list_item*> items;
    for (const auto& item : server.lists().items(kind))
        if (view_.admits(request, server, kind, item)) items.push_back(&item);
    return items;
}

fault gateway_tools::unknown_tool(const client_request& request, const upstream& server,
                                  const std::string& name) const {
    const auto tools = shown(request, server, list_kind::tools);
    const auto why = server.lists().tools.empty() ? server.status().last_error : std::string{};
    if (tools.empty())
        return {errc::tool_not_found,
                fmt::format("server '{}' has no tool '{}': {}", server.name(), name,
                            why.empty() ? "it lists no tools" : why.c_str())};
    std::vector<std::string_view> known;
    for (const auto* const tool : tools) known.push_back(tool->key);
    constexpr std::size_t shown_max = 30;
    known.resize(std::min(known.size(), shown_max));
    return {errc::tool_not_found,
            fmt::format("server '{}' has no tool '{}'. It has: {}{}", server.name(), name,
                        fmt::join(known, ", "),
                        tools.size() > shown_max ? ", …; see get_schema" : "")};
}

json::array gateway_tools::children_overview(const client_request& request) const {
    json::array list;
    const auto count = [&](const upstream& server, list_kind kind) {
        return shown(request, server, kind).size();
    };
    for (const auto& c : upstreams_.children()) {
        if (!view_.has_server(request.scope, *c)) continue;
        json::object o;
        o["server_id"] = c->name();
        const auto status = c->status();
        o["status"] = to_string(status.state);
        if (status.state == upstream_state::failed) o["error"] = status.last_error;
        o["layer"] = c->options().layer;
        o["tags"] = json::array(c->options().tags.begin(), c->options().tags.end());
        // Counts are known after the first start; -1 would look like a number of tools.
        if (!c->lists().capabilities.empty()) {
            o["tools"] = count(*c, list_kind::tools);
            o["prompts"] = count(*c, list_kind::prompts);
            o["resources"] = count(*c, list_kind::resources);
            o["resource_templates"] = count(*c, list_kind::templates);
        }
        const auto abstract = options_.abstracts.find(c->name());
        if (abstract != options_.abstracts.end()) o["abstract"] = abstract->second;
        list.push_back(std::move(o));
    }
    return list;
}

std::string gateway_tools::status_json() const {
    json::array children;
    for (const auto& c : upstreams_.children())
        children.push_back(with_change(status_of_server(*c), upstreams_, c->name()));
    json::object o;
    o["gateway"] = json::object{{"name", "mcp-gateway"}, {"version", MCPGW_VERSION}};
    if (configuration_.json) o["configuration"] = json::parse(configuration_.json());
    if (const auto searched = search_.status_json(); !searched.empty())
        o["search"] = json::parse(searched);
    o["children"] = std::move(children);
    return json::serialize(o);
}

json::object gateway_tools::summary(const client_request& request) const {
    std::size_t running = 0;
    std::size_t failed = 0;
    std::size_t tools = 0;
    std::size_t prompts = 0;
    std::size_t resources = 0;
    json::array names;
    for (const auto& c : upstreams_.children()) {
        if (!view_.has_server(request.scope, *c)) continue;
        names.emplace_back(c->name());
        const auto state = c->status().state;
        running += state == upstream_state::running ? 1U : 0U;
        failed += state == upstream_state::failed ? 1U : 0U;
        tools += shown(request, *c, list_kind::tools).size();
        prompts += shown(request, *c, list_kind::prompts).size();
        resources += shown(request, *c, list_kind::resources).size();
    }
    json::object o;
    o["gateway"] = json::object{{"name", "mcp-gateway"}, {"version", MCPGW_VERSION}};
    o["children"] = json::object{{"total", names.size()},
                                 {"running", running},
                                 {"failed", failed},
                                 {"names", std::move(names)}};
    o["tools"] = tools;
    o["prompts"] = prompts;
    o["resources"] = resources;
    return o;
}

std::string gateway_tools::read(std::string_view uri, const client_request& request) const {
    const json::value content =
        uri == "mcp://server_summary"
            ? json::value(summary(request))
            : json::value(json::object{{"children", children_overview(request)}});
    return fmt::format(R"([{{"uri":{},"mimeType":"application/json","text":{}}}])", quote_json(uri),
                       quote_json(json::serialize(content)));
}

result<upstream_ref> gateway_tools::find_child(const json::object& arguments,
                                               const client_request& request) const {
    auto name = text_or(arguments, "server_id");
    if (name.empty()) name = text_or(arguments, "child_name");
    if (name.empty())
        return fault{
            errc::invalid_arguments,
            "`server_id` (a string) is missing; list_registered_children names the servers"};
    return find_server(name, request);
}

result<upstream_ref> gateway_tools::find_server(std::string_view name,
                                                const client_request& request) const {
    const auto found = upstreams_.find(name);
    if (found != nullptr && view_.has_server(request.scope, *found)) return found;
    std::vector<std::string_view> known;
    for (const auto& c : upstreams_.children())
        if (view_.has_server(request.scope, *c)) known.push_back(c->name());
    return fault{errc::server_not_found,
                 fmt::format("there is no server '{}'. Known servers: {}",
                             name.substr(0, utf8_prefix(name, 100)), fmt::join(known, ", "))};
}

gateway_tools::outcome gateway_tools::list_children(const json::object& arguments,
                                                    const client_request& request) const {
    const auto layer = text_or(arguments, "layer");
    const auto tag = text_or(arguments, "tag");
    json::array shown;
    for (auto& entry : children_overview(request)) {
        const auto& tags = entry.at("tags").as_array();
        const bool has_tag = tag.empty() || std::ranges::any_of(tags, [&](const auto& t) {
                                 return std::string_view{t.as_string()} == tag;
                             });
        const bool has_layer = layer.empty() || text_or(entry.as_object(), "layer") == layer;
        if (has_tag && has_layer) shown.push_back(entry);
    }
    json::object o;
    o["count"] = shown.size();
    o["children"] = std::move(shown);
    return json::serialize(o);
}

gateway_tools::outcome gateway_tools::child_status(const json::object& arguments,
                                                   const client_request& request) const {
    const auto found = find_child(arguments, request);
    if (found.has_error()) return found.error();
    return json::serialize(with_change(status_of_server(**found), upstreams_, (*found)->name()));
}

task<gateway_tools::outcome> gateway_tools::schema(json::object arguments,
                                                   const client_request& request) {
    const std::string question{text_or(arguments, "query")};
    const bool is_of_all = !arguments.contains("server_id") && !arguments.contains("child_name");
    const std::string any_server;
    if (!question.empty() && is_of_all)
        co_return co_await search_.query(question, any_server, request);
    const auto found = find_child(arguments, request);
    if (found.has_error()) co_return found.error();
    auto& c = **found;
    const std::string only{text_or(arguments, "tool_name")};
    if (must_ask(c, only)) {
        const auto deadline = clock_type::now() + c.options().start_wait();
        const auto ready = co_await c.life().ensure_running(deadline, *request.abort);
        if (ready.has_error()) co_return ready.error();
    }
    if (!question.empty()) co_return co_await search_.query(question, c.name(), request);
    const auto tools = items_json(shown(request, c, list_kind::tools), only);
    if (!only.empty() && tools == "[]") co_return unknown_tool(request, c, only);
    co_return fmt::format(
        R"({{"server_id":{},"instructions":{},"tools":{},"prompts":{},"resources":{},)"
        R"("resource_templates":{}}})",
        quote_json(c.name()), quote_json(c.lists().instructions), tools,
        items_json(shown(request, c, list_kind::prompts)),
        items_json(shown(request, c, list_kind::resources)),
        items_json(shown(request, c, list_kind::templates)));
}

task<gateway_tools::outcome> gateway_tools::close_child(json::object arguments,
                                                        const client_request& request) {
    const auto found = find_child(arguments, request);
    if (found.has_error()) co_return found.error();
    auto& c = **found;
    const bool was_running = c.status().instances != 0; // a remote server has no pid
    co_await c.life().stop(*request.abort);
    if (request.abort->reason()) co_return *request.abort->reason();
    json::object o;
    o["server_id"] = c.name();
    o["status"] = to_string(c.status().state);
    o["was_running"] = was_running;
    co_return json::serialize(o);
}

task<gateway_tools::outcome> gateway_tools::run(std::string name, json::object arguments,
                                                const client_request& request) {
    if (name == "list_registered_children") co_return list_children(arguments, request);
    if (name == "get_child_status") co_return child_status(arguments, request);
    if (name == "get_schema") co_return co_await schema(std::move(arguments), request);
    co_return co_await close_child(std::move(arguments), request);
}

task<result<gateway_tools::answer>>
gateway_tools::call(std::string name, const client_request& request, reply_sink& sink) {
    result_context context;
    context.client_era = request.client_era;
    context.client = request.spoken;
    context.server_info = gateway_identity;
    auto arguments = parse_arguments(request.message.in_params.arguments.of(request.text), name);
    if (arguments.has_error())
        co_return answer{result_for_client(own_error_result(arguments.error()), context), {}};
    if (name == "execute_child_tool") {
        auto executed = co_await execute(std::move(*arguments), request, sink);
        if (!executed.has_error()) co_return executed;
        co_return answer{result_for_client(own_error_result(executed.error()), context), {}};
    }
    const auto done = co_await run(name, std::move(*arguments), request);
    const auto text = done.has_error() ? own_error_result(done.error()) : own_result(*done);
    co_return answer{result_for_client(text, context), {}};
}

task<result<gateway_tools::child_answer>>
gateway_tools::call_child(const child_call& what, const client_request& request, reply_sink& sink) {
    const auto found = find_server(what.server, request);
    if (found.has_error()) co_return found.error();
    auto& c = **found;
    const std::string tool{what.tool};
    // Where others can answer, a server that has never run must not hold the call up.
    const auto own_name = shown_tool::find(c, tool).own_name;
    const bool has_others = !fallbacks_of(c.options(), own_name).empty();
    double progress_told = 0;
    if (must_ask(c, tool) && !has_others) {
        const auto ready = co_await start_for(c, upstreams_.get_executor(), request, sink);
        if (ready.has_error()) co_return ready.error();
        progress_told = *ready;
    }
    const auto known = shown_tool::find(c, tool);
    const bool is_listed = known.listed != nullptr;
    const list_item as_named{tool, "{}"};
    const bool is_hidden =
        known.own_name.empty() ||
        !view_.admits(request, c, list_kind::tools, is_listed ? *known.listed : as_named);
    if (is_hidden || (!is_listed && !must_ask(c, tool))) co_return unknown_tool(request, c, tool);

    forward_request order;
    order.upstream = c.name();
    order.method = method::tools_call;
    order.progress_told = progress_told;
    if (is_listed) order.output = output_shape_of(known.listed->json);
    order.tool = known.own_name;
    auto members = known.members(what.arguments);
    if (members.has_error()) co_return members.error();
    order.members = std::move(*members);
    // The retry of an interrupted call belongs to the child's tool (2026-07-28,
    // basic/patterns/mrtr).
    const auto params = request.params();
    for (const std::string_view key : {"inputResponses", "requestState"})
        if (const auto value = find_member(params, key); !value.empty())
            *order.members += fmt::format(",\"{}\":{}", key, value);

    auto done = co_await forwarder_.send(order, request, sink);
    if (done.has_error()) co_return done.error();
    auto text = done->text.str();
    if (done->is_error) co_return fault_of_child_error(c.name(), tool, text);
    child_answer answered{std::move(text), c.name(), tool};
    if (done->by) answered.server = done->by->server;
    if (done->by) answered.tool = done->by->tool;
    co_return answered;
}

task<result<gateway_tools::answer>>
gateway_tools::execute(json::object arguments, const client_request& request, reply_sink& sink) {
    const auto found = find_child(arguments, request);
    if (found.has_error()) co_return found.error();
    const auto& c = **found;
    child_call what{c.name(), text_or(arguments, "tool_name"), {}};
    if (what.tool.empty())
        co_return fault{errc::invalid_arguments,
                        "`tool_name` (a string) is missing; get_schema names the server's tools"};
    std::string room;
    what.arguments = raw_tool_arguments(request, room);
    auto done = co_await call_child(what, request, sink);
    if (done.has_error()) co_return done.error();
    const auto cut = truncation_of(arguments);
    const auto keep = cut.is_set() ? cut : c.options().truncate;
    auto text = truncate_result(std::move(done->text), keep, c.options().truncate_adaptive);
    co_return answer{with_structured_content(std::move(text), done->server, done->tool),
                     done->server};
}

} // namespace mcpgw
