// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/stages/attempt_runner.hpp"
#include "transports/log.hpp"

#include <chrono>
#include <random>

namespace mcpgw {

/// Makes a call again that has failed, as far as that does no harm: as often as the server's
/// `retry` options, its budget of retries and the call's deadline allow (docs/resilience.md). Owned
/// by the forwarder.
class retrier {
public:
    retrier(executor ex, attempt_runner& attempts, logger& log)
        : executor_(std::move(ex)), attempts_(attempts), log_(log) {}

    /// What follows the first attempt, which `answered` so. Returns the answer of the last one.
    /// `call` must live until then.
    task<result<forwarded_answer>> run(call_context& call, upstream& target,
                                       result<forwarded_answer> answered);

private:
    task<> pause(std::chrono::milliseconds time, abort_signal& abort);

    executor executor_;
    attempt_runner& attempts_;
    logger& log_;
    std::minstd_rand random_{std::random_device{}()}; ///< several gateways must not retry in step
};

} // namespace mcpgw
