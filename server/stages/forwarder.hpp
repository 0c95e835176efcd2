// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/calls/parked_calls.hpp"
#include "server/calls/request_state.hpp"
#include "server/stages/answer_translator.hpp"
#include "server/stages/attempt_runner.hpp"
#include "server/stages/fallback_caller.hpp"
#include "server/stages/forward_request.hpp"
#include "server/stages/forwarded_answer.hpp"
#include "server/stages/question_rounds.hpp"
#include "server/stages/retrier.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <cstdint>

namespace mcpgw {

/// Sends one request of a client to an upstream and brings back the answer in the client's era, and
/// on the way the server's questions in whichever form the client knows:
///
///  - a modern server answers `input_required`; a modern client gets that with the server's state
///    sealed, for a legacy client the questions become live requests and the call is retried with
///    what it said (2026-07-28, basic/patterns/mrtr);
///  - a legacy server asks by requests; a legacy client is asked the same way, for a modern client
///    the call is parked (parked_calls).
///
/// The stages of a call, which share its call_context, in their order:
///
///   1. attempt_runner   one attempt at the server that is meant: a place, the request, the answer
///   2. retrier          more attempts, where one has failed and another does no harm
///   3. fallback_caller  then those that stand in
///   4. task_taker       makes a task known to its client, or waits for its end
///
/// A call that goes well at once meets the first alone. Owned by the gateway.
class forwarder {
public:
    forwarder(const registry& upstreams, const request_states& states, parked_calls& parked,
              logger& log);

    /// `what`, `request` and `sink` must live until then.
    task<result<forwarded_answer>> send(const forward_request& what, const client_request& request,
                                        reply_sink& sink);

private:
    task<result<forwarded_answer>> begin(call_context& call, upstream& target);
    task<> go_on(call_context& call, upstream& target, reply_sink& sink,
                 result<forwarded_answer>& answered);

    const registry& upstreams_;
    answer_translator answers_;
    question_rounds rounds_;
    attempt_runner attempts_;
    retrier retrier_;
    fallback_caller fallbacks_;
    std::uint64_t requests_made_ = 0;
};

} // namespace mcpgw
