// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_openapi.hpp"

namespace mcpgw {

namespace {

// Optional are those members that are not in `required`. Names of servers' fields are those of the
// tool get_child_status.
constexpr std::string_view schemas = R"json({
"Error": {"type": "object", "additionalProperties": false, "required": ["error"], "properties": {
  "error": {"type": "object", "additionalProperties": false, "required": ["code", "message"],
    "properties": {
      "code": {"$ref": "#/components/schemas/ErrorCode"},
      "message": {"type": "string", "description": "What happened, where, and what to do."},
      "problems": {"type": "array", "items": {"type": "string"},
        "description": "Of the configuration, each with file, line and key."}}}}},
"Status": {"type": "object", "additionalProperties": false,
  "required": ["gateway", "configuration", "reloads", "servers"], "properties": {
    "gateway": {"type": "object", "additionalProperties": false,
      "required": ["name", "version", "pid", "uptime_seconds", "socket"], "properties": {
        "name": {"const": "mcp-gateway"},
        "version": {"type": "string"},
        "pid": {"type": "integer"},
        "uptime_seconds": {"type": "integer"},
        "socket": {"type": ["string", "null"], "description": "Of this interface."}}},
    "configuration": {"type": "object", "additionalProperties": false,
      "required": ["files", "generation"], "properties": {
        "files": {"type": "array", "items": {"type": "string"},
          "description": "As on the command line; none: the built-in demo server."},
        "generation": {"type": "integer",
          "description": "1 at the start; one more with each change."}}},
    "reloads": {"type": "array", "description": "The last ones, newest last.",
      "items": {"$ref": "#/components/schemas/Reload"}},
    "servers": {"type": "array", "items": {"$ref": "#/components/schemas/Server"}}}},
"Reload": {"type": "object", "additionalProperties": false,
  "required": ["generation", "time", "took_ms", "held_up_ms", "source", "result", "added",
    "removed", "changed", "unchanged"], "properties": {
    "generation": {"type": "integer", "description": "Of the configuration in force afterwards."},
    "time": {"type": "string", "format": "date-time"},
    "took_ms": {"type": "integer", "description": "With the reading of the files."},
    "held_up_ms": {"type": "number",
      "description": "For so long the gateway did nothing else, calls included."},
    "source": {"enum": ["file", "signal", "request"]},
    "result": {"enum": ["applied", "unchanged", "refused", "planned", "stopped"]},
    "added": {"type": "integer"},
    "removed": {"type": "integer"},
    "changed": {"type": "integer"},
    "unchanged": {"type": "integer"},
    "errors": {"type": "array", "items": {"type": "string"}},
    "warnings": {"type": "array", "items": {"type": "string"}},
    "needs_restart": {"type": "array", "items": {"type": "string"},
      "description": "Keys that the next start of the gateway puts into force."},
    "plan": {"$ref": "#/components/schemas/Plan"},
    "summary": {"type": "string", "description": "The plan for people, one line a change."}}},
"Plan": {"type": "object", "description": "What changes; as check --diff --json tells it."},
"Change": {"type": "object", "additionalProperties": false, "required": ["name", "file", "reload"],
  "properties": {
    "name": {"type": "string"},
    "file": {"type": "string", "description": "That was written."},
    "reload": {"$ref": "#/components/schemas/Reload"}}},
"ServerList": {"type": "object", "additionalProperties": false,
  "required": ["servers", "disabled"], "properties": {
    "servers": {"type": "array", "items": {"$ref": "#/components/schemas/Server"}},
    "disabled": {"type": "array", "items": {"type": "string"},
      "description": "Names of servers that are configured, but not offered."}}},
"Server": {"type": "object", "additionalProperties": false,
  "required": ["server_id", "status", "pid", "uptime_seconds", "restarts", "calls_in_flight",
    "last_error", "stderr_tail", "era", "protocol_version", "server_info", "garbage_lines",
    "breaker", "instances", "policy"],
  "properties": {
    "server_id": {"type": "string"},
    "status": {"enum": ["not_started", "starting", "running", "unhealthy", "failed", "stopped"]},
    "pid": {"type": ["integer", "null"]},
    "uptime_seconds": {"type": "integer"},
    "restarts": {"type": "integer"},
    "calls_in_flight": {"type": "integer"},
    "last_error": {"type": ["string", "null"]},
    "stderr_tail": {"type": "array", "items": {"type": "string"}},
    "remarks": {"type": "array", "items": {"type": "string"},
      "description": "What was odd about its lists."},
    "era": {"enum": ["legacy", "modern", null]},
    "protocol_version": {"type": ["string", "null"]},
    "server_info": {"type": ["object", "null"], "description": "As the server tells it."},
    "garbage_lines": {"type": "integer", "description": "On stdout that were no messages."},
    "breaker": {"enum": ["closed", "open", "half_open"]},
    "retry_in_ms": {"type": "integer", "description": "Until a call has a chance again."},
    "given_up": {"const": true, "description": "It failed too often and is tried now and then."},
    "instances": {"type": "array", "items": {"$ref": "#/components/schemas/Instance"}},
    "policy": {"type": "object", "description": "Keys of the configuration."}}},
"Instance": {"type": "object", "additionalProperties": false,
  "required": ["status", "pid", "protocol_version", "calls", "health_checks"], "properties": {
    "status": {"enum": ["not_started", "starting", "running", "unhealthy", "failed", "stopped",
      "leaving"]},
    "pid": {"type": ["integer", "null"]},
    "protocol_version": {"type": ["string", "null"]},
    "calls": {"type": "integer"},
    "health_checks": {"type": "integer"},
    "health_misses": {"type": "integer"}}},
"NewServer": {"type": "object", "required": ["name"],
  "description": "A table of children, with any of its keys (docs/configuration.md).",
  "properties": {
    "name": {"type": "string"},
    "command": {"type": "string"},
    "args": {"type": "array", "items": {"type": "string"}},
    "env": {"type": "object", "additionalProperties": {"type": "string"}},
    "url": {"type": "string"}}},
"Logs": {"type": "object", "additionalProperties": false, "required": ["name", "lines"],
  "properties": {
    "name": {"type": "string"},
    "lines": {"type": "array", "items": {"type": "string"}, "description": "Newest last."}}},
"FlagList": {"type": "object", "additionalProperties": false, "required": ["flags"],
  "properties": {
    "flags": {"type": "array", "items": {"$ref": "#/components/schemas/Flag"}}}},
"Flag": {"type": "object", "additionalProperties": false,
  "required": ["name", "value", "configured", "is_overridden"], "properties": {
    "name": {"type": "string"},
    "value": {"type": "boolean", "description": "In force."},
    "configured": {"type": "boolean", "description": "As the configuration says."},
    "is_overridden": {"type": "boolean"},
    "reload": {"$ref": "#/components/schemas/Reload"}}},
"FlagValue": {"type": "object", "additionalProperties": false, "required": ["value"],
  "properties": {
    "value": {"type": ["boolean", "string"],
      "description": "\"true\" and \"false\" as texts, too."}}},
"ViewList": {"type": "object", "additionalProperties": false, "required": ["views"],
  "properties": {
    "views": {"type": "array", "items": {"$ref": "#/components/schemas/View"}}}},
"View": {"type": "object", "additionalProperties": false,
  "required": ["name", "kind", "paths"], "properties": {
    "name": {"type": "string"},
    "kind": {"enum": ["view", "layer", "tag"],
      "description": "Layers and tags have views without configuration."},
    "description": {"type": "string"},
    "paths": {"type": "array", "items": {"type": "string"}, "description": "Of its endpoints."}}},
"Description": {"type": "object", "description": "An OpenAPI 3.1 document."}
})json";

} // namespace

std::string_view admin_schemas() {
    return schemas;
}

} // namespace mcpgw
