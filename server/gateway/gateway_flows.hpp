// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/flows/workflow_runs.hpp"
#include "server/flows/workflow_tools.hpp"
#include "server/gateway/gateway_options.hpp"
#include "server/gateway/step_dispatch.hpp"

#include <utility>

namespace mcpgw {

/// What a gateway has for workflows, each made of the ones before it.
struct gateway_flows {
    gateway_flows(registry& upstreams, const catalog_view& view, catalog_lookup& lookup,
                  gateway_tools& own, const request_states& states, const gateway_options& options,
                  logger& log)
        : steps(upstreams, view, lookup, own)
        , runs(upstreams.get_executor(), states, options.parking, log)
        , tools(options.workflows, view, steps, runs) {}

    step_dispatch steps;
    workflow_runs runs;
    workflow_tools tools;
};

} // namespace mcpgw
