// SPDX-License-Identifier: Apache-2.0
#include "server/serving/misconfigured.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view tool_name = "explain_configuration_problem";
constexpr std::size_t lines_max = 50;

constexpr std::string_view tool_json =
    R"({"name":"explain_configuration_problem","title":"Why mcp-gateway offers nothing",)"
    R"("description":"The configuration of mcp-gateway has errors, so none of its servers was )"
    R"(started. Says what is wrong: file, line, key, and what to do.",)"
    R"("inputSchema":{"type":"object","properties":{},"additionalProperties":false},)"
    R"("annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}})";

} // namespace

std::string problem_lines(const std::vector<config_problem>& problems) {
    auto sorted = problems;
    std::ranges::stable_sort(sorted, {}, &config_problem::level); // errors come first
    std::string text;
    for (std::size_t i = 0; i < std::min(sorted.size(), lines_max); ++i) {
        const bool is_error = sorted[i].level == config_problem::severity::error;
        text += fmt::format("{}: {}\n", is_error ? "error" : "warning", sorted[i].str());
    }
    if (sorted.size() > lines_max)
        text +=
            fmt::format("and {} more: mcp-gateway check shows all\n", sorted.size() - lines_max);
    return text;
}

std::string misconfigured::explain() const {
    const auto problems = look_();
    if (problems.empty())
        return fmt::format("{} has no errors any more. Restart this MCP server in the client (or "
                           "the client) to use it.",
                           file_);
    return fmt::format("mcp-gateway started none of its servers, for its configuration has "
                       "errors:\n\n{}\nMend them, then restart this MCP server in the client. On a "
                       "shell, `mcp-gateway check {}` says whether all is well.",
                       problem_lines(problems), file_);
}

result<std::string> misconfigured::readiness(bool /*is_strict*/) const {
    return fault{errc::server_failed, "the configuration has errors"};
}

result<std::string> misconfigured::call(const client_request& request) const {
    const auto name = unquote_json(request.message.in_params.name.of(request.text));
    if (name != tool_name)
        return fault{errc::tool_not_found,
                     fmt::format("there is no such tool: the configuration of mcp-gateway has "
                                 "errors, and its only tool now is {}",
                                 tool_name)};
    const bool is_mended = look_().empty();
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"isError":{}}})",
                       quote_json(explain()), !is_mended);
}

result<std::string> misconfigured::answer(client_request& request) const {
    const auto name = request.method();
    constexpr std::string_view capabilities = R"({"tools":{}})";
    if (name == method::initialize && request.client_era == era::legacy) {
        auto& session = *request.session;
        const auto wanted = unquote_json(find_member(request.params(), "protocolVersion"));
        const auto known = wanted ? parse_revision(*wanted) : std::nullopt;
        session.spoken = known && era_of(*known) == era::legacy ? *known : newest_legacy;
        session.is_initialized = true;
        return fmt::format(
            R"({{"protocolVersion":"{}","capabilities":{},"serverInfo":{},"instructions":{}}})",
            to_string(session.spoken), capabilities, gateway_identity, quote_json(explain()));
    }
    if (name == method::discover) {
        std::string versions;
        for (const auto r : all_revisions)
            versions += fmt::format("{}\"{}\"", versions.empty() ? "" : ",", to_string(r));
        return fmt::format(R"({{"supportedVersions":[{}],"capabilities":{},"instructions":{}}})",
                           versions, capabilities, quote_json(explain()));
    }
    if (name == method::tools_list) return fmt::format(R"({{"tools":[{}]}})", tool_json);
    if (name == method::tools_call) return call(request);
    if (name == method::ping && request.client_era == era::legacy) return std::string{"{}"};
    return fault{errc::method_not_found, fmt::format("Method not found: {}", name)};
}

task<client_reply> misconfigured::handle(client_request& request, reply_sink& /*sink*/) {
    auto answered = answer(request);
    if (answered.has_error())
        co_return client_reply{make_error_response(request.id(), answered.error())};
    if (request.client_era == era::legacy && request.method() == method::initialize)
        co_return client_reply{make_response(request.id(), *answered)};
    result_context context;
    context.client_era = request.client_era;
    context.client = request.spoken;
    context.server_info = gateway_identity;
    context.is_cacheable =
        request.method() == method::tools_list || request.method() == method::discover;
    const auto shown = result_for_client(*answered, context);
    co_return client_reply{make_response(request.id(), shown)};
}

} // namespace mcpgw
