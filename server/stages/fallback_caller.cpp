// SPDX-License-Identifier: Apache-2.0
#include "server/stages/fallback_caller.hpp"

#include "protocol/catalog/output_schema.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t said_bytes_max = 200; // of what one fallback says when it fails

/// Raw object, with which the tool was called.
std::string arguments_of(const forward_request& what, const client_request& request) {
    std::string given;
    if (what.arguments)
        given = *what.arguments;
    else if (what.members)
        given = find_member(fmt::format("{{{}}}", *what.members), "arguments");
    else
        given = request.message.in_params.arguments.of(request.text);
    return given.empty() ? "{}" : given;
}

/// Raw; empty: it declares none, or the server is not known yet.
std::string_view output_schema_of(const upstream& server, std::string_view tool) {
    const auto& tools = server.lists().tools;
    const auto found = std::ranges::find(tools, tool, &list_item::own_name);
    return found == tools.end() ? std::string_view{} : find_member(found->json, "outputSchema");
}

/// The arguments with those that the gateway gives this tool itself.
std::string with_own_values(const upstream& server, const std::string& tool,
                            const std::string& arguments) {
    const auto own = server.options().tools.find(tool);
    const auto rules = own == server.options().tools.end() ? nullptr : own->second.rules();
    return rules == nullptr ? arguments : rules->fill(arguments);
}

/// Clients hold a result against the outputSchema of the tool that they called (2025-11-25,
/// server/tools, "Output Schema"); one that cannot fit is no answer.
std::optional<std::string> misfit(std::string_view promised, std::string_view declared,
                                  std::string_view result_json) {
    if (promised.empty() || minify_json(promised) == minify_json(declared)) return std::nullopt;
    if (find_member(result_json, "isError") == "true") return std::nullopt;
    return output_misfit(promised, find_member(result_json, "structuredContent"));
}

std::string shortened(std::string_view text) {
    const auto bytes = utf8_prefix(text, said_bytes_max);
    return std::string{text.substr(0, bytes)} + (bytes < text.size() ? "…" : "");
}

} // namespace

bool fallback_caller::may_run(const call_context& call, const fault& reason) {
    if (call.what.method != method::tools_call || !is_failure_of_server(reason.code)) return false;
    const bool wants_task =
        call.what.tasks != nullptr && !find_member(call.request.params(), "task").empty();
    return !wants_task && !call.state && !call.relay->has_asked() && !call.request.abort->reason();
}

/// Errors: also what it answered where that is of no use to the client.
task<result<forwarded_answer>> fallback_caller::try_one(call_context& call, const upstream& failed,
                                                        fallback_plan::step step) {
    const upstream_visit target{upstreams_.find(step.server)};
    if (!target) co_return fault{errc::server_not_found, "it is disabled"};
    forward_request instead;
    instead.upstream = step.server;
    instead.method = method::tools_call;
    instead.tool = step.tool;
    instead.output = call.what.output;
    instead.members = fmt::format(R"("name":{},"arguments":{})", quote_json(step.tool),
                                  with_own_values(*target, step.tool, step.arguments));
    call_context next{.what = instead,
                      .request = call.request,
                      .target = *target,
                      .relay = call.relay,
                      .context = call.context,
                      .may_be_asked = true};
    next.context.client_capabilities = call.relay->client_capabilities();
    next.limits = limits_of_call(target->options(), step.tool);
    next.deadline = std::min(call.deadline, clock_type::now() + next.limits.total);
    target->retries().on_call();
    auto answered = co_await attempts_.run(next, *target);
    if (answered.has_error()) answered = co_await retrier_.run(next, *target, std::move(answered));
    call.may_be_done = call.may_be_done || next.may_be_done;
    if (answered.has_error()) co_return answered;
    const auto text = answered->text.str();
    if (answered->is_error)
        co_return fault{errc::internal_error,
                        unquote_json(find_member(text, "message")).value_or("")};
    if (find_member(text, "resultType") == "\"input_required\"")
        co_return fault{errc::internal_error, "it asks the client, which is for the server called"};
    const auto promised = output_schema_of(failed, call.what.tool);
    const auto wrong = misfit(promised, output_schema_of(*target, step.tool), text);
    if (wrong && call.request.spoken >= revision::r2025_06_18)
        co_return fault{errc::internal_error,
                        fmt::format("{}, which the tool that was called promises", *wrong)};
    answered->by = std::make_unique<const forwarded_answer::stand_in>(
        forwarded_answer::stand_in{step.server, step.tool});
    co_return answered;
}

task<result<forwarded_answer>> fallback_caller::run(call_context& call, upstream& failed,
                                                    fault reason) {
    fallback_plan plan;
    plan.add_fallbacks_of(failed.options(), call.what.tool, arguments_of(call.what, call.request));
    // A client of 2026-07-28 repeats its request with its answers, and that would reach the server
    // called.
    call.relay->refuse_questions();
    call.held.reset(); // others may need its place
    call.place = nullptr;
    std::string said;
    while (clock_type::now() < call.deadline) {
        auto step = plan.next(call.may_be_done);
        if (!step) break;
        auto answered = co_await try_one(call, failed, *step);
        if (call.request.abort->reason()) co_return *call.request.abort->reason();
        if (!answered.has_error()) {
            const auto because = describe(reason.code).name;
            log_.info("server '{}' failed ({}); '{}' of server '{}' answered instead of '{}'",
                      failed.name(), because, step->tool, step->server, call.what.tool);
            const auto who = fmt::format(R"({{"server":{},"tool":{},"because":"{}"}})",
                                         quote_json(step->server), quote_json(step->tool), because);
            answered->text = with_meta(answered->text.str(), meta_key::answered_by, who);
            co_return answered;
        }
        const auto& why = answered.error();
        said += fmt::format("{} '{}' of server '{}': {}", said.empty() ? "" : ";", step->tool,
                            step->server, shortened(why.message()));
        const auto target = upstreams_.find(step->server);
        if (target != nullptr && is_failure_of_server(why.code))
            plan.add_fallbacks_of(target->options(), step->tool, step->arguments);
    }
    if (!said.empty())
        reason.detail = fmt::format("{}. Its fallbacks failed too:{}", reason.message(), said);
    co_return reason;
}

} // namespace mcpgw
