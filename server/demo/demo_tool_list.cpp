// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_tool_list.hpp"

#include "protocol/json/json_text.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

struct tool_name {
    std::string_view text;
    demo_tool tool;
};

constexpr std::array tool_names{
    tool_name{"echo", demo_tool::echo},
    tool_name{"add", demo_tool::add},
    tool_name{"wait", demo_tool::wait},
    tool_name{"ask", demo_tool::ask},
    tool_name{"large_text", demo_tool::large_text},
    tool_name{"image", demo_tool::image},
    tool_name{"fail", demo_tool::fail},
    tool_name{"crash", demo_tool::crash},
    tool_name{"environment", demo_tool::environment},
    tool_name{"log", demo_tool::log},
};

constexpr std::string_view tools_json =
    R"json([
{
  "name": "echo",
  "title": "Echo",
  "description": "Returns the message exactly as it was given. The message may be megabytes long.",
  "inputSchema": {
    "type": "object",
    "properties": {"message": {"type": "string", "description": "The text to return"}},
    "required": ["message"]
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "add",
  "title": "Add",
  "description": "Adds two numbers. The sum of integers is an integer.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "a": {"type": "number", "description": "First number"},
      "b": {"type": "number", "description": "Second number"}
    },
    "required": ["a", "b"]
  },
  "outputSchema": {
    "type": "object",
    "properties": {"sum": {"type": "number", "description": "a + b"}},
    "required": ["sum"]
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "wait",
  "title": "Wait",
  "description": "Waits before it answers, and reports progress if asked to. Can be cancelled.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "seconds": {
        "type": "number", "minimum": 0, "maximum": 600, "description": "How long to wait"
      },
      "steps": {
        "type": "integer", "minimum": 1, "maximum": 1000, "default": 10,
        "description": "How many progress notifications to send on the way"
      }
    },
    "required": ["seconds"]
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "ask",
  "title": "Ask the user",
  "description": "Asks the user a question by elicitation and returns the answer.",
  "inputSchema": {
    "type": "object",
    "properties": {"question": {"type": "string", "description": "What to ask"}},
    "required": ["question"]
  },
  "outputSchema": {
    "type": "object",
    "properties": {
      "action": {"type": "string", "enum": ["accept", "decline", "cancel"]},
      "answer": {"type": "string", "description": "What the user said; only with accept"}
    },
    "required": ["action"]
  },
  "annotations": {"readOnlyHint": true, "openWorldHint": false}
},
{
  "name": "large_text",
  "title": "Large text",
  "description": "Returns numbered lines: 'line 1', 'line 2' and so on.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "lines": {
        "type": "integer", "minimum": 1, "maximum": 1000000, "default": 1000,
        "description": "How many lines"
      }
    }
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "image",
  "title": "Image",
  "description": "Returns a PNG image of 16 by 16 pixels and a line of text.",
  "inputSchema": {"type": "object", "additionalProperties": false},
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "fail",
  "title": "Fail",
  "description": "Always fails: returns a tool error with the given message.",
  "inputSchema": {
    "type": "object",
    "properties": {"message": {"type": "string", "description": "Text of the error"}},
    "required": ["message"]
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "crash",
  "title": "Crash",
  "description": "Ends this server's process at once, with exit code 3 and without an answer. )json"
    R"json(All other calls in flight here are lost too. )json"
    R"json(It exists to show and to test restarts.",
  "inputSchema": {"type": "object", "additionalProperties": false},
  "annotations": {"readOnlyHint": false, "destructiveHint": true, "openWorldHint": false}
},
{
  "name": "environment",
  "title": "Environment",
  "description": "Returns the names (never the values) of the environment variables )json"
    R"json(that this server sees, and its working directory: )json"
    R"json(what the isolation of a child lets through.",
  "inputSchema": {"type": "object", "additionalProperties": false},
  "outputSchema": {
    "type": "object",
    "properties": {
      "cwd": {"type": "string", "description": "Working directory"},
      "names": {"type": "array", "items": {"type": "string"}, "description": "Sorted names"}
    },
    "required": ["cwd", "names"]
  },
  "annotations": {"readOnlyHint": true, "idempotentHint": true, "openWorldHint": false}
},
{
  "name": "log",
  "title": "Log",
  "description": "Sends a log message to the client, if the client's log level lets it through.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "level": {
        "type": "string",
        "enum": [
          "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"
        ],
        "description": "Severity"
      },
      "message": {"type": "string", "description": "What to log"}
    },
    "required": ["level", "message"]
  },
  "annotations": {"readOnlyHint": true, "openWorldHint": false}
}
])json";

} // namespace

std::optional<demo_tool> find_demo_tool(std::string_view name) {
    const auto* const found = std::ranges::find(tool_names, name, &tool_name::text);
    if (found == tool_names.end()) return std::nullopt;
    return found->tool;
}

const std::string& demo_tool_list() {
    static const std::string text = "\"tools\":" + minify_json(tools_json);
    return text;
}

} // namespace mcpgw
