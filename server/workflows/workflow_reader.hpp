// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <vector>

namespace mcpgw {

using workflow_problems = std::vector<workflow_problem>;
[[noreturn]] inline void throw_exception_from_error(const workflow_problems&,
                                                    const boost::source_location& /*where*/) {
    throw std::logic_error("result holds an error: a workflow that cannot be read");
}

/// A workflow as JSON says it: what stands in a configuration, and the arguments of run_workflow.
/// All that is wrong is told, not only the first; what follows from the steps alone is checked,
/// names of servers and tools are not (workflow_check). Pure.
boost::system::result<workflow, workflow_problems>
read_workflow(const boost::json::object& source, const workflow_limits& limits = {});

/// The problems as a text for whoever wrote the workflow.
std::string text_of(const workflow_problems& problems);

} // namespace mcpgw
