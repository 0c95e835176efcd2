// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/bridge/era_bridge.hpp"
#include "protocol/bridge/question_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"
#include "tests/fuzz/json_oracle.hpp"

#include <array>
#include <set>

namespace mcpgw::test {

namespace {

namespace json = boost::json;
using name_set = std::set<std::string_view>;

constexpr std::array eras{era::legacy, era::modern};
constexpr std::string_view server_info = R"({"name":"ours","version":"1"})";
constexpr std::string_view params_head = R"({"jsonrpc":"2.0","id":1,"method":"m","params":)";
constexpr std::string_view result_head = R"({"jsonrpc":"2.0","id":1,"result":)";

/// Names that some rule of the bridge looks at. All others are foreign.
const name_set result_names{"_meta",       "resultType",        "ttlMs",
                            "cacheScope",  "structuredContent", "inputRequests",
                            "requestState"};
const name_set params_names{"_meta", "inputResponses", "requestState", "name"};
const name_set meta_names{meta_key::protocol_version,    meta_key::client_info,
                          meta_key::client_capabilities, meta_key::log_level,
                          meta_key::progress_token,      meta_key::subscription_id,
                          meta_key::server_info,         meta_key::related_task};

/// The foreign members of an object, as they are written, in order.
std::string foreign_members(std::string_view object, const name_set& names) {
    member_writer out;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (!names.contains(member->key)) out.add(member->key, member->value);
    return out.take_members();
}

std::string check_foreign(std::string_view before, std::string_view after, const name_set& names) {
    if (!check_json(after)) return "no JSON";
    if (!is_json_object(after)) return "no object";
    if (foreign_members(before, names) != foreign_members(after, names)) return "foreign members";
    const auto meta_before = find_member(before, "_meta");
    const auto meta_after = find_member(after, "_meta");
    if (foreign_members(meta_before, meta_names) != foreign_members(meta_after, meta_names))
        return "foreign members of _meta";
    return {};
}

/// What result_for_client() promises each era.
std::string check_era(std::string_view result, const result_context& context) {
    const auto tree = parse_json(result);
    if (!tree) return {};
    const json::object& top = tree->get_object();
    if (context.client_era == era::modern) return top.contains("resultType") ? "" : "no resultType";
    if (context.upstream_era == era::legacy) return {};
    for (const std::string_view name : {"resultType", "ttlMs", "cacheScope"})
        if (top.contains(name)) return "a legacy client gets " + std::string{name};
    return {};
}

std::string check_result(std::string_view text) {
    for (const era upstream : eras)
        for (const era client : eras)
            for (const bool is_cacheable : {false, true})
                for (const std::string_view info : {std::string_view{}, server_info}) {
                    const result_context context{.upstream_era = upstream,
                                                 .client_era = client,
                                                 .is_cacheable = is_cacheable,
                                                 .server_info = info};
                    const shared_text message{std::string{result_head}.append(text) + "}"};
                    const auto scanned = scan_envelope(message);
                    if (!scanned) return "result: refused";
                    const auto out = result_for_client(message, *scanned, context).str();
                    if (out != result_for_client(text, context)) return "result: scanned and read";
                    auto names = result_names;
                    // What is structured and left out is said in content that says nothing.
                    const auto content = find_member(text, "content");
                    if (content.empty() || minify_json(content) == "[]") names.insert("content");
                    if (auto problem = check_foreign(text, out, names); !problem.empty())
                        return "result: " + problem;
                    if (auto problem = check_era(out, context); !problem.empty()) return problem;
                }
    for (const auto& request : input_requests(text)) {
        if (!check_json(request.key_json)) return "key of an input request";
        if (!request.params.empty() && !check_json(request.params))
            return "params of an input request";
    }
    return {};
}

std::string check_params(std::string_view text) {
    const shared_text message{std::string{params_head}.append(text) + "}"};
    const auto scanned = scan_envelope(message);
    if (!scanned) return "params: refused";
    if (!scanned->has_foreign_meta && !meta_for_upstream(find_member(text, "_meta")).empty())
        return "params: foreign members of _meta unseen";
    for (const era client : eras)
        for (const era upstream : eras) {
            const auto meta = meta_for_upstream(find_member(text, "_meta"));
            const auto members =
                params_for_upstream(message, *scanned, {client, upstream, "name", R"("another")"})
                    .str();
            const std::string out =
                "{" + members + (members.empty() ? "" : ",") + "\"_meta\":{" + meta + "}}";
            if (auto problem = check_foreign(text, out, params_names); !problem.empty())
                return "params: " + problem;
            const std::string plain =
                "{" + params_for_upstream(message, *scanned, {client, upstream}).str() + "}";
            if (!check_json(plain)) return "params: no JSON";
            const auto name = find_member(text, "name");
            if (find_member(plain, "name") != name) return "params: name";
            if (find_member(out, "name") != (name.empty() ? "" : R"("another")"))
                return "params: name replaced";
        }
    return {};
}

std::string check_error(std::string_view text) {
    for (const era upstream : eras)
        for (const era client : eras)
            for (const std::string_view method_name :
                 {method::resources_read, method::tools_call}) {
                result_context context;
                context.upstream_era = upstream;
                context.client_era = client;
                const std::string out =
                    error_for_client(text, context, method_name, R"("file:///a")");
                if (!check_json(out) || !is_json_object(out)) return "error: no JSON";
                const auto code = find_member(out, "code");
                if (client == era::modern && code == "-32002") return "error: a code of the past";
                if (out != text && !is_json_string(find_member(out, "message")))
                    return "error: no message";
            }
    return {};
}

std::string check_questions(std::string_view text) {
    constexpr std::string_view able =
        R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})";
    for (const revision server : all_revisions)
        for (const revision client : all_revisions)
            for (const auto asked : {method::sampling, method::elicitation, method::roots_list}) {
                const question_route route{.server = server,
                                           .client = client,
                                           .client_capabilities = able,
                                           .unique_id = "id"};
                const auto question = question_for_client(asked, text, route);
                if (question && !question->empty() && !check_json(*question))
                    return "question: no JSON";
                if (!question && !question.error().data_json.empty() &&
                    !check_json(question.error().data_json))
                    return "question: data of a refusal";
                const auto answer = answer_for_server(asked, text, route);
                if (answer && !check_json(*answer)) return "answer: no JSON";
            }
    return {};
}

} // namespace

std::string check_era_bridge_invariants(std::string_view text) {
    // The bridge sees parts of messages that were scanned, where they have clear names.
    const auto part_of = [](const std::string& message, auto span_of) -> std::string {
        const auto scanned = scan_envelope(message);
        return scanned ? std::string{span_of(*scanned).of(message)} : std::string{};
    };
    const std::string input{text};
    const std::string params = part_of(std::string{params_head}.append(input) + "}",
                                       [](const envelope& e) { return e.params; });
    const std::string result = part_of(std::string{result_head}.append(input) + "}",
                                       [](const envelope& e) { return e.result; });
    const std::string error = part_of(R"({"jsonrpc":"2.0","id":1,"error":)" + input + "}",
                                      [](const envelope& e) { return e.error; });
    std::string problem;
    if (!params.empty()) problem = check_params(params);
    if (problem.empty() && is_json_object(result)) problem = check_result(result);
    if (problem.empty() && !error.empty()) problem = check_error(error);
    if (problem.empty() && !params.empty()) problem = check_questions(params);
    return problem;
}

} // namespace mcpgw::test
