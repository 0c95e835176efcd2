// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/calls/parking_limits.hpp"
#include "server/calls/request_state.hpp"
#include "server/flows/running_workflow.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// All workflows that run, by id: starts them, ends their rounds with modern clients, finds them
/// again when these come back, and gives them up when they do not. Owned by the gateway.
class workflow_runs {
public:
    workflow_runs(executor ex, const request_states& states, parking_limits limits, logger& log);
    void set_limits(parking_limits limits);

    /// How one request for a workflow ended.
    struct round_end {
        std::optional<fault> failure;              ///< of the request itself
        std::optional<workflow_outcome> outcome{}; ///< where the workflow has ended
        std::string input_required{}; ///< else: members of the result that asks the client
    };

    /// Starts one and waits with its client until it ends or asks.
    task<round_end> begin(std::shared_ptr<const workflow> flow, boost::json::value params,
                          tool_dispatch& tools, running_workflow::workflow_finder find,
                          const client_request& request, reply_sink& sink);
    /// The request is a retry, of one that runs.
    [[nodiscard]] static bool is_retry(const client_request& request);
    task<round_end> resume(const client_request& request, reply_sink& sink);
    /// Gives every one up and waits for their ends.
    task<> close();

    [[nodiscard]] std::size_t size() const { return runs_.size(); }

private:
    using run_ptr = std::shared_ptr<running_workflow>;
    task<round_end> wait_with(run_ptr run, const client_request& request);
    task<> execute(run_ptr run, std::shared_ptr<const workflow> flow, boost::json::value params);
    /// Gives it up if it is still in this round when its time is over.
    task<> expire(run_ptr run, std::uint64_t round);
    std::string park(const run_ptr& run);
    /// One more may wait for its client.
    [[nodiscard]] result<void> admit(std::string_view principal) const;

    executor executor_;
    const request_states& states_;
    parking_limits limits_;
    logger& log_;
    std::map<std::string, run_ptr, std::less<>> runs_;
    task_group tasks_;
};

} // namespace mcpgw
