// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Tasks in both of their forms, which are not compatible on the wire: core tasks of 2025-11-25
/// (basic/utilities/tasks) and the extension io.modelcontextprotocol/tasks of the modern era
/// (SEP-2663). `era` stands for the form. Pure text in, text out; members that are not named here
/// keep their bytes.

enum class task_status : std::uint8_t { working, input_required, completed, failed, cancelled };

/// `raw`: a JSON string; nothing if it names no status.
std::optional<task_status> parse_task_status(std::string_view raw);
std::string_view to_string(task_status status);
/// The status of a task object; `working` where it names none.
task_status task_status_of(std::string_view task_json);
/// A task in this status changes no more.
bool is_terminal(task_status status);

/// How a server takes part in tasks of tool calls, by its raw capabilities.
bool offers_tasks(std::string_view server_capabilities, era of);
/// Whether a modern client declared the extension in this request.
bool declares_tasks(std::string_view client_capabilities);
/// The client's capabilities with the extension added (raw object, and back).
std::string with_tasks_declared(std::string_view client_capabilities);

/// The task object of a tools/call result that created one: the member `task` of a legacy result,
/// the whole of a modern one. Empty: the result is no creation. A task without an id is none.
std::string_view created_task(std::string_view result_json, era from);
/// Text of `taskId`, or empty.
std::string task_id_of(std::string_view task_json);

/// The result of tools/call that creates a task, under the gateway's id (plain text).
std::string creation_for_client(std::string_view result_json, era from, era to,
                                std::string_view id);

/// What a modern client gets with a task of a legacy server, which tells it by other ways.
struct task_payload {
    std::string input_requests; ///< raw object; empty: none are open
    std::string result;         ///< raw result of tasks/result; empty: none
    std::string error;          ///< raw error of tasks/result; empty: none
};

/// The result of tasks/get (and the members of a status notification) under the gateway's id. The
/// same form on both sides keeps everything else. Otherwise:
///  - to the extension: `payload` decides the status. `failed` means a JSON-RPC error there, so a
///    result is `completed` even with `isError`. Open questions mean `input_required`.
///  - to core: `result`, `error` and `inputRequests` go; a result with `isError` is `failed`.
/// Without `resultType`, which the caller adds where its message has one.
std::string task_for_client(std::string_view task_json, era from, era to, std::string_view id,
                            const task_payload& payload = {});

/// A task in its core form with another status, for what the gateway knows better than the server.
std::string with_task_status(std::string_view core_task_json, task_status status);

/// `_meta["io.modelcontextprotocol/related-task"]` of params or a result: the task's id, or empty.
std::string related_task(std::string_view object_json);
/// The object with that key naming `id`; every other byte of `_meta` stays.
std::string with_related_task(std::string_view object_json, std::string_view id);
/// The object without that key; an empty `_meta` goes too.
std::string without_related_task(std::string_view object_json);

/// A tool's `execution.taskSupport` (2025-11-25, server/tools, "Tool").
enum class task_support : std::uint8_t { forbidden, optional, required };
task_support task_support_of(std::string_view tool_json);

} // namespace mcpgw
