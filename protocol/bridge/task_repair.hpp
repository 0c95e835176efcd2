// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// A task as its form wants it (2025-11-25, schema, Task; SEP-2663), whatever its server wrote:
/// members of a wrong type are left out, what every task has is there. One whose end its server
/// did not tell in the modern form has failed, and one without a question is `working`. Times that
/// nobody knows are the beginning of 1970. `task_json`: an object, scanned before.
std::string repaired_task(std::string_view task_json, era form);

/// The same of one that was just made: its outcome is never part of that (SEP-2663, "Task
/// Creation").
std::string repaired_new_task(std::string_view task_json, era form);

/// The payload of a task of tools/call. Errors: server_failed, where it is no result.
result<std::string> repaired_task_result(std::string_view result_json);

} // namespace mcpgw
