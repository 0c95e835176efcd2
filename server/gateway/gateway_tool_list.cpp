// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway_tool_list.hpp"

#include "protocol/json/json_text.hpp"
#include "server/flows/workflow_answer.hpp"
#include "server/search/search_tool_list.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

constexpr std::string_view tool_definitions = R"json([
{"name":"list_registered_children","title":"List child servers",
 "description":"Lists every MCP server behind this gateway with its state and what it offers. Start here.",
 "inputSchema":{"type":"object","properties":{
   "layer":{"type":"string","description":"Only servers of this layer"},
   "tag":{"type":"string","description":"Only servers with this tag"}},"additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "count":{"type":"integer"},
   "children":{"type":"array","items":{"type":"object","properties":{
     "server_id":{"type":"string"},"status":{"type":"string"},"error":{"type":"string"},
     "layer":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},
     "tools":{"type":"integer"},"prompts":{"type":"integer"},"resources":{"type":"integer"},
     "resource_templates":{"type":"integer"},"abstract":{"type":"string"}},
     "required":["server_id","status"]}}},
   "required":["count","children"]},
 "annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}},

{"name":"get_child_status","title":"Status of a child server",
 "description":"State of one server: not_started, starting, running, unhealthy, failed or stopped; process id, uptime, restarts, last error, last lines on stderr, protocol era and revision.",
 "inputSchema":{"type":"object","properties":{
   "server_id":{"type":"string","description":"Name of the server, from list_registered_children"}},
   "required":["server_id"],"additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "server_id":{"type":"string"},
   "status":{"type":"string","enum":["not_started","starting","running","unhealthy","failed","stopped"]},
   "pid":{"anyOf":[{"type":"integer"},{"type":"null"}]},"uptime_seconds":{"type":"integer"},
   "restarts":{"type":"integer"},"calls_in_flight":{"type":"integer"},
   "last_error":{"anyOf":[{"type":"string"},{"type":"null"}]},"stderr_tail":{"type":"array","items":{"type":"string"}},"remarks":{"type":"array","items":{"type":"string"}},
   "era":{"anyOf":[{"type":"string","enum":["legacy","modern"]},{"type":"null"}]},
   "protocol_version":{"anyOf":[{"type":"string"},{"type":"null"}]},
   "server_info":{"anyOf":[{"type":"object"},{"type":"null"}]},"garbage_lines":{"type":"integer"},
   "breaker":{"type":"string","enum":["closed","open","half_open"]},"retry_in_ms":{"type":"integer"},
   "given_up":{"type":"boolean"},"instances":{"type":"array","items":{"type":"object"}},
   "policy":{"type":"object"}},
   "required":["server_id","status","restarts"]},
 "annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}},

{"name":"get_schema","title":"What a child server offers",
 "description":"Tools with their input schemas, prompts, resources and resource templates of one server. Starts the server if need be. With query: the tools of all servers, or of that one, that fit what you want to do, the best first.",
 "inputSchema":{"type":"object","properties":{
   "server_id":{"type":"string","description":"Name of the server, from list_registered_children; not needed with query"},
   "tool_name":{"type":"string","description":"Only this tool"},
   "query":{"type":"string","description":"What you want to do, in a few words"}},
   "additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "server_id":{"type":"string"},"instructions":{"type":"string"},
   "tools":{"type":"array","items":{"type":"object"}},
   "prompts":{"type":"array","items":{"type":"object"}},
   "resources":{"type":"array","items":{"type":"object"}},
   "resource_templates":{"type":"array","items":{"type":"object"}},
   "query":{"type":"string"},"confidence":{"type":"string","enum":["high","ambiguous","none"]},
   "message":{"type":"string"},"matches":{"type":"integer"},"searched":{"type":"integer"},
   "unmatched_words":{"type":"array","items":{"type":"string"}},
   "missing_servers":{"type":"object"}},
   "required":["tools"]},
 "annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}},

{"name":"execute_child_tool","title":"Call a tool of a child server",
 "description":"Calls a tool of one server and returns its result as it is: every content block, structuredContent and isError. Large texts can be cut: head and tail keep so many lines from the beginning and the end (head 100, tail 0: preview; 50/50: summary; 0/200: recent), head_chars and tail_chars so many characters.",
 "inputSchema":{"type":"object","properties":{
   "server_id":{"type":"string","description":"Name of the server, from list_registered_children"},
   "tool_name":{"type":"string","description":"Name of the tool, from get_schema"},
   "arguments":{"type":"object","description":"Arguments of the tool, as its inputSchema says"},
   "head":{"type":"integer","minimum":0,"description":"Lines to keep from the beginning"},
   "tail":{"type":"integer","minimum":0,"description":"Lines to keep from the end"},
   "head_chars":{"type":"integer","minimum":0,"description":"Characters to keep from the beginning"},
   "tail_chars":{"type":"integer","minimum":0,"description":"Characters to keep from the end"},
   "child_name":{"type":"string","description":"Older name of server_id"},
   "tool_args":{"type":"object","description":"Older name of arguments"}},
   "additionalProperties":false},
 "outputSchema":{"type":"object","additionalProperties":true,
   "description":"structuredContent of the child's tool; if it has none, server_id and tool_name"}},

{"name":"close_child_session","title":"Stop a child server",
 "description":"Ends the process of one server in good order. Calls in flight on it fail. The next use starts it again.",
 "inputSchema":{"type":"object","properties":{
   "server_id":{"type":"string","description":"Name of the server, from list_registered_children"}},
   "required":["server_id"],"additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "server_id":{"type":"string"},"status":{"type":"string"},"was_running":{"type":"boolean"}},
   "required":["server_id","status","was_running"]},
 "annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}}
])json";

constexpr std::string_view resource_definitions = R"json([
{"uri":"mcp://server_summary","name":"server_summary","title":"Gateway summary",
 "description":"Version of the gateway and how many servers, tools, prompts and resources it has",
 "mimeType":"application/json"},
{"uri":"mcp://children_servers","name":"children_servers","title":"Child servers",
 "description":"Every server behind the gateway: status, counts and, where there is one, its abstract",
 "mimeType":"application/json"}
])json";

/// The beginning of execute_child_tool's outputSchema. Legacy clients want the type, but the
/// structuredContent of a modern child may be any value (2026-07-28, server/tools, "Structured
/// Content"); legacy clients never see one that is no object.
constexpr std::string_view child_output_type = R"("type":"object",)";
constexpr std::string_view child_output_rest = R"("additionalProperties":true,)";

constexpr std::array<std::string_view, 5> tool_names{"list_registered_children", "get_child_status",
                                                     "get_schema", "execute_child_tool",
                                                     "close_child_session"};
constexpr std::array<std::string_view, 2> resource_uris{"mcp://server_summary",
                                                        "mcp://children_servers"};

} // namespace

naming_options naming_beside_own(const gateway_options& options) {
    auto naming = options.naming;
    for (const auto& flow : options.workflows.named) naming.reserved.insert(flow->name);
    if (options.workflows.run_workflow == workflow_offer::always)
        naming.reserved.insert(std::string{run_workflow_name});
    if (options.expose == exposure::search) naming.reserved.merge(search_tool_names());
    if (options.expose != exposure::both) return naming;
    naming.reserved.merge(own_names());
    if (options.workflows.run_workflow != workflow_offer::never)
        naming.reserved.insert(std::string{run_workflow_name});
    return naming;
}

std::set<std::string, std::less<>> own_names() {
    std::set<std::string, std::less<>> names{tool_names.begin(), tool_names.end()};
    names.insert(resource_uris.begin(), resource_uris.end());
    return names;
}

std::string_view own_tools_json(era client_era) {
    static const std::string legacy = minify_json(tool_definitions);
    static const std::string modern = [] {
        std::string text = legacy;
        const auto at = text.find(child_output_rest) - child_output_type.size();
        return text.erase(at, child_output_type.size());
    }();
    return client_era == era::legacy ? legacy : modern;
}

std::string_view own_tools_of_view_json(era client_era) {
    const auto all_but_last = [](std::string_view all) {
        const auto last = all.find(R"({"name":"close_child_session")");
        return std::string{all.substr(0, last - 1)} + "]";
    };
    static const std::string legacy = all_but_last(own_tools_json(era::legacy));
    static const std::string modern = all_but_last(own_tools_json(era::modern));
    return client_era == era::legacy ? legacy : modern;
}

std::string_view own_resources_json() {
    static const std::string text = minify_json(resource_definitions);
    return text;
}

bool is_own_tool(std::string_view name) {
    return std::ranges::find(tool_names, name) != tool_names.end();
}

bool is_own_tool_of_view(std::string_view name) {
    return is_own_tool(name) && name != tool_names.back();
}

bool is_own_resource(std::string_view uri) {
    return std::ranges::find(resource_uris, uri) != resource_uris.end();
}

} // namespace mcpgw
