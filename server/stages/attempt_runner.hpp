// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/calls/parked_calls.hpp"
#include "server/stages/answer_translator.hpp"
#include "server/stages/call_context.hpp"
#include "server/stages/forwarded_answer.hpp"
#include "server/stages/question_rounds.hpp"

#include <string>

namespace mcpgw {

/// One attempt at a call: takes a place at the server, sends the request in the server's revision,
/// and brings the answer back in the client's. Chooses how the server's questions reach the client:
/// live (question_rounds), by a call that waits for the client's retry (parked_calls), or as they
/// are. Waits for a place, and for the answer, until `call.deadline`. Owned by the forwarder.
///
/// Each `call` must live until the coroutine that was given it has ended.
class attempt_runner {
public:
    attempt_runner(const registry& upstreams, parked_calls& parked,
                   const answer_translator& answers, question_rounds& rounds)
        : upstreams_(upstreams), parked_(parked), answers_(answers), rounds_(rounds) {}

    /// No coroutine of its own where the server has room.
    task<result<forwarded_answer>> run(call_context& call, upstream& target);
    /// A retry finds its call where it waits; no other place is needed for it.
    task<result<forwarded_answer>> resume(call_context& call);

private:
    task<result<forwarded_answer>> run_later(call_context& call, upstream& target,
                                             upstream_caller who, std::string key);
    task<result<forwarded_answer>> call_at(call_context& call, upstream_lease place);
    task<result<forwarded_answer>> send_call(call_context& call);
    task<result<forwarded_answer>> call_once(call_context& call);
    task<result<forwarded_answer>> call_parked(call_context& call);
    [[nodiscard]] result<forwarded_answer> end_round(call_context& call,
                                                     parked_calls::round_end end) const;
    static task<result<forwarded_answer>> fail(fault reason);

    const registry& upstreams_;
    parked_calls& parked_;
    const answer_translator& answers_;
    question_rounds& rounds_;
};

} // namespace mcpgw
