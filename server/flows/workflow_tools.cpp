// SPDX-License-Identifier: Apache-2.0
#include "server/flows/workflow_tools.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/message/identity.hpp"
#include "server/flows/workflow_answer.hpp"
#include "server/workflows/argument_check.hpp"
#include "server/workflows/workflow_reader.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t depth_max = 128;

result<json::object> arguments_of(const client_request& request) {
    const auto raw = request.message.in_params.arguments.of(request.text);
    if (raw.empty() || raw == "null") return json::object{};
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = json::parse(raw, ec, {}, options);
    if (!ec && value.is_string()) value = json::parse(value.get_string(), ec, {}, options);
    if (ec || !value.is_object())
        return fault{errc::invalid_arguments, "`arguments` must be an object"};
    return std::move(value.as_object());
}

/// Steps that name a workflow as they name a tool.
void find_inner(std::vector<workflow_step>& steps,
                const std::vector<std::shared_ptr<const workflow>>& known) {
    for (auto& step : steps) {
        find_inner(step.fallback, known);
        const bool is_flow = step.server.empty() && !step.tool.empty() &&
                             std::ranges::any_of(known, [&step](const auto& each) {
                                 return each->name == step.tool;
                             });
        if (is_flow) step.workflow = std::exchange(step.tool, {});
    }
}

} // namespace

workflow_tools::workflow_tools(workflow_options options, const catalog_view& view,
                               tool_dispatch& tools, workflow_runs& runs)
    : view_(view), tools_(tools), runs_(runs) {
    adopt(std::move(options));
}

bool workflow_tools::adopt(workflow_options options) {
    auto& named = options.named;
    std::erase_if(named, [](const auto& each) { return !each->is_enabled; });
    const auto known = named;
    for (auto& each : named) {
        auto resolved = *each;
        find_inner(resolved.steps, known);
        find_inner(resolved.on_abort, known);
        each = std::make_shared<const workflow>(std::move(resolved));
    }
    const auto is_same = [](const auto& one, const auto& other) {
        return one->name == other->name && one->source == other->source;
    };
    const bool has_changed = options.run_workflow != options_.run_workflow ||
                             !std::ranges::equal(options.named, options_.named, is_same);
    options_ = std::move(options);
    has_none_ = options_.named.empty();
    return has_changed;
}

std::shared_ptr<const workflow> workflow_tools::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        options_.named, [name](const auto& each) { return each->name == name; });
    return found == options_.named.end() ? nullptr : *found;
}

bool workflow_tools::offers_run(const client_request& request) const {
    if (options_.run_workflow == workflow_offer::never) return false;
    if (view_.shows_own(request)) return true;
    const bool is_server = !request.scope.empty() && !is_view_scope(request.scope);
    return options_.run_workflow == workflow_offer::always && !is_server;
}

bool workflow_tools::may_see(const client_request& request, const workflow& flow,
                             std::size_t depth) const {
    if (request.scope.empty()) return true;
    if (!is_view_scope(request.scope) || depth > workflow_limits{}.depth_max) return false;
    using enum tool_facts::standing;
    const auto may_use = [&](const workflow_step& step) {
        if (step.ask) return true;
        if (!step.workflow.empty()) {
            const auto inner = find(step.workflow);
            return inner != nullptr && may_see(request, *inner, depth + 1);
        }
        const auto facts = tools_.facts_of(step.server, step.tool, request);
        return facts.is == listed || facts.is == untold;
    };
    return std::ranges::all_of(flow.on_abort, may_use) &&
           std::ranges::all_of(flow.steps, [&](const workflow_step& step) {
               return may_use(step) && std::ranges::all_of(step.fallback, may_use);
           });
}

bool workflow_tools::is_shown(const client_request& request, std::string_view name) const {
    if (name == run_name) return offers_run(request);
    const auto flow = find(name);
    return flow != nullptr && may_see(request, *flow, 1);
}

workflow_world workflow_tools::world_of(const client_request& request) const {
    return {[this, &request](std::string_view server, std::string_view tool) {
                return tools_.facts_of(server, tool, request);
            },
            [this](std::string_view name) {
                return find(name);
            }};
}

std::string workflow_tools::add_to(std::string_view own, const client_request& request) const {
    std::string list{own.substr(0, own.size() - 1)};
    const auto add = [&list](std::string_view definition) {
        if (list.size() > 1) list += ',';
        list += definition;
    };
    if (offers_run(request)) add(run_workflow_definition());
    const auto world = world_of(request);
    for (const auto& flow : options_.named)
        if (may_see(request, *flow, 1)) add(definition_of(*flow, hints_of(*flow, world)));
    list += ']';
    return list;
}

result<std::shared_ptr<const workflow>> workflow_tools::written_in(const client_request& request,
                                                                   json::value& params) const {
    auto given = arguments_of(request);
    if (given.has_error()) return given.error();
    if (auto* const value = given->if_contains("params"))
        if (value->is_object()) params = *value;
    given->erase("parameters");
    auto flow = read_workflow(*given);
    if (flow.has_error()) return fault{errc::invalid_arguments, text_of(flow.error())};
    find_inner(flow->steps, options_.named);
    find_inner(flow->on_abort, options_.named);
    return std::make_shared<const workflow>(std::move(*flow));
}

result<json::value> workflow_tools::params_for(const workflow& flow,
                                               const client_request& request) const {
    auto given = arguments_of(request);
    if (given.has_error()) return given.error();
    auto whole = complete_arguments(flow.parameters, std::move(*given));
    if (whole.has_error()) return whole.error();
    return json::value(std::move(*whole));
}

task<result<message_text>> workflow_tools::call(std::string name, const client_request& request,
                                                reply_sink& sink) {
    result_context context;
    context.client_era = request.client_era;
    context.client = request.spoken;
    context.server_info = gateway_identity;
    const bool is_named = name != run_name;
    workflow_runs::round_end end;
    if (workflow_runs::is_retry(request)) {
        end = co_await runs_.resume(request, sink);
    } else {
        json::value params = json::object{};
        result<std::shared_ptr<const workflow>> flow = find(name);
        if (!is_named) {
            flow = written_in(request, params);
        } else if (auto checked = params_for(**flow, request); checked.has_error()) {
            flow = checked.error();
        } else {
            params = std::move(*checked);
        }
        if (flow.has_error()) {
            workflow_outcome refused;
            refused.failure = flow.error();
            co_return message_text{
                result_for_client(result_of(std::move(refused), is_named), context)};
        }
        auto finder = [this](std::string_view inner) {
            return find(inner);
        };
        end = co_await runs_.begin(*flow, std::move(params), tools_, std::move(finder), request,
                                   sink);
    }
    if (end.failure) co_return *end.failure;
    if (!end.input_required.empty())
        co_return message_text{result_for_client(
            fmt::format(R"({{"resultType":"input_required",{}}})", end.input_required), context)};
    const auto& failure = end.outcome->failure;
    if (failure && failure->code == errc::missing_client_capability) co_return *failure;
    co_return message_text{
        result_for_client(result_of(std::move(*end.outcome), is_named), context)};
}

} // namespace mcpgw
