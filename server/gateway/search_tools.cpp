// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/search_tools.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/splice.hpp"
#include "protocol/message/identity.hpp"
#include "server/gateway/execute_arguments.hpp"
#include "server/gateway/own_result.hpp"
#include "server/search/search_tool_list.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

std::string text_or(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
}

std::size_t count_or(const json::object& object, std::string_view key, std::size_t otherwise) {
    const auto* const value = object.if_contains(key);
    const auto* const count = value == nullptr ? nullptr : value->if_uint64();
    return count == nullptr ? otherwise : static_cast<std::size_t>(*count);
}

std::size_t tokens_of(const catalog& lists) {
    std::size_t tokens = 0;
    for (const auto& entry : lists.entries(list_kind::tools))
        tokens += estimated_tokens(entry->json);
    return tokens;
}

} // namespace

search_tools::search_tools(const gateway_options& options, const registry& upstreams,
                           const catalog_view& view, catalog_lookup& lookup)
    : options_(options)
    , upstreams_(upstreams)
    , view_(view)
    , lookup_(lookup)
    , finder_(options.search, upstreams, [&options](const upstream& server) {
        const auto abstract = options.abstracts.find(server.name());
        return abstract == options.abstracts.end() ? std::string{} : abstract->second;
    }) {}

task<result<std::string>> search_tools::call(std::string name, const client_request& request) {
    result_context context;
    context.client_era = request.client_era;
    context.client = request.spoken;
    context.server_info = gateway_identity;
    auto arguments = parse_arguments(request.message.in_params.arguments.of(request.text), name);
    if (arguments.has_error())
        co_return result_for_client(own_error_text(arguments.error()), context);
    if (name == "search_tools") {
        auto found = co_await search(std::move(*arguments), request);
        const auto text = found.has_error() ? own_error_text(found.error()) : *found;
        co_return result_for_client(text, context);
    }
    auto described = co_await describe(std::move(*arguments), request);
    const auto text = described.has_error() ? own_error_text(described.error()) : *described;
    co_return result_for_client(text, context);
}

task<search_tools::outcome> search_tools::search(json::object arguments,
                                                 const client_request& request) {
    const auto question = text_or(arguments, "query");
    if (question.empty())
        co_return fault{errc::invalid_arguments,
                        "`query` (a string) is missing: say in a few words what you want to do"};
    co_await lookup_.wait_for_lists(request);
    co_await finder_.refresh(*request.abort);
    if (request.abort->reason()) co_return *request.abort->reason();
    const auto shown = view_.shown_to(request);
    if (!shown) co_return fault{errc::path_not_found, "this view is no longer there"};
    const auto& options = options_.search;
    const auto missing = view_.missing_servers(request);
    answer_frame frame;
    frame.question = question;
    frame.results_max = std::clamp<std::size_t>(count_or(arguments, "limit", options.results_max),
                                                1, options.results_max);
    frame.schemas = std::min(count_or(arguments, "schemas", options.schemas), frame.results_max);
    frame.tokens_max = options.tokens_max;
    frame.missing = missing;
    const auto server = text_or(arguments, "server");
    const auto tools = finder_.of_catalog(request.scope, shown);
    const auto found = finder_.find(*tools, question, server, frame.results_max);
    const auto answer = make_search_answer(found, frame);
    ++savings_.searches;
    if (found.confidence == search_confidence::none) ++savings_.unserved;
    savings_.tokens_sent += estimated_tokens(answer.text);
    co_return own_result(answer.structured, answer.text);
}

task<search_tools::outcome> search_tools::describe(json::object arguments,
                                                   const client_request& request) {
    const auto name = text_or(arguments, "name");
    if (name.empty())
        co_return fault{errc::invalid_arguments,
                        "`name` (a string) is missing; search_tools finds names"};
    const auto shown = co_await lookup_.catalog_with(request, entry_kind::tool, name);
    if (shown.has_error()) co_return shown.error();
    const auto all =
        *shown ? (*shown)->entries(list_kind::tools) : std::vector<catalog_entries::entry_ptr>{};
    const auto found = std::ranges::find_if(all, [&](const auto& one) { return one->key == name; });
    if (found == all.end())
        co_return fault{errc::tool_not_found,
                        fmt::format("Unknown tool: {}; search_tools finds those there are",
                                    name.substr(0, utf8_prefix(name, 200)))};
    auto answer = fmt::format(R"({{"server":{},"tool":{})", quote_json((*found)->target.upstream),
                              item_for_client(list_kind::tools, (*found)->json, request.spoken));
    const auto server = upstreams_.find((*found)->target.upstream);
    if (server != nullptr && !server->lists().instructions.empty())
        answer +=
            fmt::format(R"(,"server_instructions":{})", quote_json(server->lists().instructions));
    answer += "}";
    ++savings_.described;
    savings_.tokens_sent += estimated_tokens(answer);
    co_return own_result(answer);
}

task<result<std::string>> search_tools::query(std::string question, std::string server,
                                              const client_request& request) {
    co_await finder_.refresh(*request.abort);
    if (request.abort->reason()) co_return *request.abort->reason();
    const auto tools = finder_.of_servers(
        request.scope, [this, &request](const upstream& of, const list_item& item) {
            return view_.has_server(request.scope, of) &&
                   view_.admits(request, of, list_kind::tools, item);
        });
    const auto& options = options_.search;
    const auto missing = view_.missing_servers(request);
    answer_frame frame;
    frame.question = question;
    frame.results_max = options.results_max;
    frame.schemas = options.results_max;
    frame.tokens_max = options.tokens_max;
    frame.names_servers = true;
    frame.missing = missing;
    const auto found = finder_.find(*tools, question, server, frame.results_max);
    ++savings_.searches;
    if (found.confidence == search_confidence::none) ++savings_.unserved;
    co_return make_search_answer(found, frame).structured;
}

void search_tools::note_list(const catalog& listed, const catalog& all) {
    ++savings_.lists;
    savings_.tokens_of_all += tokens_of(all);
    savings_.tokens_sent += tokens_of(listed) + estimated_tokens(search_tools_json(era::legacy));
}

std::string search_tools::status_json() const {
    const auto& s = savings_;
    if (s.lists == 0 && s.searches == 0) return {};
    const auto saved = s.tokens_of_all - std::min(s.tokens_of_all, s.tokens_sent);
    return fmt::format(R"({{"lists":{},"searches":{},"unserved":{},"described":{},"called":{},)"
                       R"("tokens_of_all_tools":{},"tokens_sent":{},"tokens_saved":{},)"
                       R"("tools_indexed":{},"index_bytes":{}}})",
                       s.lists, s.searches, s.unserved, s.described, s.called, s.tokens_of_all,
                       s.tokens_sent, saved, finder_.index().size(), finder_.index().bytes());
}

std::string search_tools::refusal(const fault& why, const client_request& request) {
    result_context context;
    context.client_era = request.client_era;
    context.client = request.spoken;
    context.server_info = gateway_identity;
    return result_for_client(own_error_text(why), context);
}

result<client_request> search_tools::call_within(const client_request& request) {
    const auto outer = request.message.in_params.arguments.of(request.text);
    const auto arguments = parse_arguments(outer, "call_tool");
    if (arguments.has_error()) return arguments.error();
    const auto name = text_or(*arguments, "name");
    if (name.empty())
        return fault{errc::invalid_arguments,
                     "`name` (a string) is missing; search_tools finds names"};
    std::string room;
    spliced_text text{request.text};
    text.replace(request.message.in_params.name, quote_json(name));
    text.replace(request.message.in_params.arguments,
                 std::string{raw_tool_arguments(request, room)});
    client_request inner = request;
    inner.text = text.str();
    inner.is_within_another = true;
    constexpr std::size_t depth_max = 4'096; // it came within the limits, and is no deeper now
    auto message = scan_envelope(inner.text, {depth_max});
    if (message.has_error()) return message.error();
    inner.message = *message;
    ++savings_.called;
    return inner;
}

} // namespace mcpgw
