// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "server/calls/parked_call.hpp"
#include "server/calls/parking_limits.hpp"
#include "server/calls/request_state.hpp"
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

/// All parked calls, by id: runs them, ends their rounds, finds them again when the client comes
/// back, and gives them up when it does not. Owned by the gateway.
class parked_calls {
public:
    parked_calls(executor ex, const request_states& states, parking_limits limits, logger& log);
    /// Other limits, for calls that come.
    void set_limits(parking_limits limits);

    /// How one request for a call ended.
    struct round_end {
        result<upstream_answer> answer = fault{}; ///< where the call has ended
        std::string missing_capabilities;         ///< see parked_call
        std::string input_required; ///< else: members of the result that asks the client
    };

    /// Starts a call and waits with its client until it ends or asks.
    task<round_end> begin(upstream_lease place, upstream_call call, parked_call::identity who,
                          const client_request& request, std::shared_ptr<call_relay> relay);
    /// A retry. Error: request_states::invalid().
    task<result<round_end>> resume(request_state state, const client_request& request,
                                   std::shared_ptr<call_relay> relay);
    /// Gives every call up and waits for their ends.
    task<> close();

    [[nodiscard]] std::size_t size() const { return calls_.size(); }

private:
    task<round_end> wait_with(std::shared_ptr<parked_call> call, const client_request& request);
    task<> run(std::shared_ptr<parked_call> call, upstream_lease place, upstream_call request);
    /// Gives the call up if it is still in this round when its time is over.
    task<> expire(std::shared_ptr<parked_call> call, std::uint64_t round);
    std::string park(const std::shared_ptr<parked_call>& call);
    result<void> admit(std::string_view principal) const;

    executor executor_;
    const request_states& states_;
    parking_limits limits_;
    logger& log_;
    std::map<std::string, std::shared_ptr<parked_call>, std::less<>> calls_;
    task_group tasks_;
};

} // namespace mcpgw
