// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/calls/fallback.hpp"
#include "server/stages/attempt_runner.hpp"
#include "server/stages/retrier.hpp"
#include "transports/log.hpp"

namespace mcpgw {

/// Gives a call whose server has failed to the fallbacks of its tool, in their order, each with its
/// own attempts and breaker, in the time that the call has left (docs/resilience.md). Owned by the
/// forwarder.
class fallback_caller {
public:
    fallback_caller(const registry& upstreams, attempt_runner& attempts, retrier& retries,
                    logger& log)
        : upstreams_(upstreams), attempts_(attempts), retrier_(retries), log_(log) {}

    /// Not for a call in which the client was asked something or that continues one, because the
    /// answers belong to the server that asked; nor where the client wants a task.
    [[nodiscard]] static bool may_run(const call_context& call, const fault& reason);
    /// `failed` gave up the call for `reason`, which the client gets if nobody else answers. `call`
    /// must live until then.
    task<result<forwarded_answer>> run(call_context& call, upstream& failed, fault reason);

private:
    task<result<forwarded_answer>> try_one(call_context& call, const upstream& failed,
                                           fallback_plan::step step);

    const registry& upstreams_;
    attempt_runner& attempts_;
    retrier& retrier_;
    logger& log_;
};

} // namespace mcpgw
