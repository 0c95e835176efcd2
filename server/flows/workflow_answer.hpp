// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"
#include "server/workflows/workflow_check.hpp"
#include "server/workflows/workflow_run.hpp"

#include <string>

namespace mcpgw {

/// A workflow as a tool. Pure.

/// Its definition in tools/list: a raw object. `hints`: hints_of() it.
std::string definition_of(const workflow& flow, const workflow_hints& hints);
/// Of run_workflow.
std::string_view run_workflow_definition();
inline constexpr std::string_view run_workflow_name = "run_workflow";

/// The result of tools/call, raw, in the legacy form. `is_named`: of a tool of its own, whose
/// structuredContent is the output; of run_workflow that is what became of all steps.
std::string result_of(workflow_outcome&& outcome, bool is_named);

} // namespace mcpgw
