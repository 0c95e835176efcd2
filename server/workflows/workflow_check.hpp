// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/tool_facts.hpp"
#include "server/workflows/workflow.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What there is to be called.
struct workflow_world {
    std::function<tool_facts(std::string_view server, std::string_view tool)> tool;
    std::function<std::shared_ptr<const workflow>(std::string_view name)> flow;
};

/// The hints of a tool (2025-11-25, schema, ToolAnnotations).
struct workflow_hints {
    bool read_only = true;
    bool destructive = false;
    bool idempotent = true;
    bool open_world = false;

    bool operator==(const workflow_hints&) const = default;
};

/// What can be said of a workflow by what its steps say of themselves: never milder than any of
/// them. A step that says nothing, or is not known, may destroy things.
workflow_hints hints_of_steps(const workflow& flow, const workflow_world& world);
/// That, or what the workflow says itself where that is stricter.
workflow_hints hints_of(const workflow& flow, const workflow_world& world);

/// Unknown servers, tools and workflows; arguments that the tools' schemas do not take; annotations
/// that are milder than those of the steps; workflows that run themselves.
std::vector<workflow_problem> check_workflow(const workflow& flow, const workflow_world& world);

} // namespace mcpgw
