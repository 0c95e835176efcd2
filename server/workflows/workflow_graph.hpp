// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mcpgw {

/// Steps that wait for each other, as their ids: a -> b -> a. Empty: there is no such circle.
std::vector<std::string> find_circle(const std::vector<workflow_step>& steps);

/// Places of steps in sets: those of one set may run at the same time, each after all that it waits
/// for. Only for steps without a circle.
std::vector<std::vector<std::size_t>> parallel_sets(const std::vector<workflow_step>& steps);

/// A flow chart as Mermaid text.
std::string mermaid_of(const workflow& flow);

} // namespace mcpgw
