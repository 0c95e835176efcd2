// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/stages/answer_translator.hpp"
#include "server/stages/call_context.hpp"
#include "server/stages/forwarded_answer.hpp"
#include "transports/async/asio.hpp"

#include <chrono>
#include <string>

namespace mcpgw {

/// A call of a legacy client at a modern server, which asks by a result `input_required`: the
/// client is asked by live requests, and the call is made again with what it said, at most
/// `rounds_max` times. Owned by the forwarder.
class question_rounds {
public:
    static constexpr int rounds_max = 10; ///< a server that asks for ever must come to an end
    static constexpr std::chrono::minutes answer_time{10}; ///< a person may have to think

    question_rounds(executor ex, const answer_translator& answers)
        : executor_(std::move(ex)), answers_(answers) {}

    /// At `call.place`, with `call.members`. `call` must live until then.
    task<result<forwarded_answer>> run(call_context& call);
    /// A server of both eras has asked a legacy client by a result that only the modern era has, or
    /// could not send it: the call can be made again in the modern era, where its questions are
    /// translated.
    [[nodiscard]] static bool are_needed(const call_context& call,
                                         const result<upstream_answer>& answer);

private:
    task<result<std::string>> ask_client(const std::string& result_json, call_context& call);

    executor executor_;
    const answer_translator& answers_;
};

} // namespace mcpgw
