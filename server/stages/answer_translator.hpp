// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/calls/request_state.hpp"
#include "server/stages/call_context.hpp"
#include "server/stages/forwarded_answer.hpp"
#include "transports/log.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// What a client gets for what its server has answered, in the client's revision: results, errors,
/// and questions that a modern client answers by a retry. What the gateway or the server must
/// remember until then travels sealed in `requestState` (2026-07-28, basic/patterns/mrtr). Owned by
/// the forwarder; never waits.
class answer_translator {
public:
    answer_translator(const request_states& states, logger& log) : states_(states), log_(log) {}

    /// Opens the state that a retry carries. Errors: it is none of ours for this request.
    result<void> read_state(call_context& call) const;
    /// `missing_capabilities`: see call_relay. A result that task_taker must see first stays as it
    /// is, and `call.task_token` is set.
    [[nodiscard]] result<forwarded_answer> translate(call_context& call,
                                                     const result<upstream_answer>& answer,
                                                     std::string_view missing_capabilities) const;
    /// `members` of a result that asks the client.
    [[nodiscard]] static forwarded_answer input_required(const call_context& call,
                                                         std::string_view members);

private:
    static constexpr std::uint64_t visits_max = 3; ///< of URLs, for one request

    [[nodiscard]] result<forwarded_answer> ask_for_visit(const call_context& call,
                                                         std::string_view error_json) const;
    [[nodiscard]] std::string seal(const call_context& call, request_state state) const;

    const request_states& states_;
    logger& log_;
};

} // namespace mcpgw
