// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_tool_list.hpp"

#include "protocol/json/json_text.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

constexpr std::string_view tool_definitions = R"json([
{"name":"search_tools","title":"Find a tool",
 "description":"Finds tools by what you want to do. Most tools here are not listed: search before you say that something cannot be done. Say it in a few words, with the nouns and verbs that the tool's description may have. The answer has the best tools with their arguments, and says which of your words no tool has, and when nothing here serves.",
 "inputSchema":{"type":"object","properties":{
   "query":{"type":"string","description":"What you want to do, or a name: create an issue; read_file"},
   "limit":{"type":"integer","minimum":1,"description":"Tools at most"},
   "schemas":{"type":"integer","minimum":0,"description":"How many of the best come with their whole inputSchema"},
   "server":{"type":"string","description":"Only tools of this server"}},
   "required":["query"],"additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "query":{"type":"string"},
   "confidence":{"type":"string","enum":["high","ambiguous","none"]},
   "message":{"type":"string"},
   "tools":{"type":"array","items":{"type":"object","properties":{
     "name":{"type":"string"},"server":{"type":"string"},"title":{"type":"string"},
     "description":{"type":"string"},
     "arguments":{"type":"array","items":{"type":"string"}},
     "inputSchema":{"type":"object"}},"required":["name","server","description","arguments"]}},
   "matches":{"type":"integer"},"searched":{"type":"integer"},
   "unmatched_words":{"type":"array","items":{"type":"string"}},
   "missing_servers":{"type":"object"}},
   "required":["query","confidence","message","tools","matches","searched","unmatched_words"]},
 "annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}},

{"name":"describe_tool","title":"What a tool takes and gives",
 "description":"The whole definition of one tool that search_tools has found: description, inputSchema, outputSchema, annotations.",
 "inputSchema":{"type":"object","properties":{
   "name":{"type":"string","description":"Name of the tool, from search_tools"}},
   "required":["name"],"additionalProperties":false},
 "outputSchema":{"type":"object","properties":{
   "server":{"type":"string"},"tool":{"type":"object"},
   "server_instructions":{"type":"string"}},
   "required":["server","tool"]},
 "annotations":{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}},

{"name":"call_tool","title":"Call a tool",
 "description":"Calls a tool that search_tools has found, and returns its result as it is. What the tool does is done: its own description says what that is.",
 "inputSchema":{"type":"object","properties":{
   "name":{"type":"string","description":"Name of the tool, from search_tools"},
   "arguments":{"type":"object","description":"Arguments of the tool, as its inputSchema says"}},
   "required":["name"],"additionalProperties":false},
 "annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true},
 "execution":{"taskSupport":"optional"}}
])json";

/// A call may become a task where the tool that is called may: 2025-11-25, basic/utilities/tasks.
constexpr std::string_view task_member = R"(,"execution":{"taskSupport":"optional"})";

constexpr std::array<std::string_view, 3> tool_names{"search_tools", "describe_tool", "call_tool"};

} // namespace

std::string_view search_tools_json(era client_era) {
    static const std::string legacy = minify_json(tool_definitions);
    static const std::string modern = [] {
        std::string text = legacy;
        return text.erase(text.find(task_member), task_member.size());
    }();
    return client_era == era::legacy ? legacy : modern;
}

bool is_search_tool(std::string_view name) {
    return std::ranges::find(tool_names, name) != tool_names.end();
}

std::set<std::string, std::less<>> search_tool_names() {
    return {tool_names.begin(), tool_names.end()};
}

} // namespace mcpgw
