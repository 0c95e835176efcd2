// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/registry.hpp"
#include "server/calls/call_relay.hpp"
#include "server/calls/fallback.hpp"
#include "server/calls/parked_calls.hpp"
#include "server/calls/request_state.hpp"
#include "server/tasks/task_taker.hpp"
#include "server/tasks/task_terms.hpp"
#include "transports/session/request_handler.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace mcpgw {

/// An upstream's answer, already in the client's era: either a result or an error object. Small,
/// because each coroutine on the way back hands it on.
struct forwarded_answer {
    message_text text; ///< raw
    bool is_error = false;
    bool may_have_links = true; ///< to resources; false: was looked at, and has none
    /// Who answered where the server that was called did not.
    struct stand_in {
        std::string server, tool;
    };
    std::unique_ptr<const stand_in> by{};
};

/// The same as what a request comes to: error objects of servers become raw errors.
result<message_text> raw_result(result<forwarded_answer>&& answer);

/// Sends one request of a client to an upstream and brings back the answer in the client's era, and
/// on the way the server's questions in whichever form the client knows:
///
///  - a modern server answers `input_required`; a modern client gets that with the server's state
///    sealed, for a legacy client the questions become live requests and the call is retried with
///    what it said (2026-07-28, basic/patterns/mrtr);
///  - a legacy server asks by requests; a legacy client is asked the same way, for a modern client
///    the call is parked (parked_calls).
///
/// A call that fails is tried again where that does no harm, and then given to the fallbacks of its
/// tool (docs/resilience.md).
///
/// Owned by the gateway.
class forwarder {
public:
    forwarder(const registry& upstreams, const request_states& states, parked_calls& parked,
              logger& log)
        : upstreams_(upstreams), states_(states), parked_(parked), log_(log) {}

    /// Views what must live until send() has ended: a name in a catalog, a text of the request.
    struct order {
        std::string_view upstream;
        std::string_view method; ///< one of the constants of mcp.hpp
        /// One member of the client's params that the upstream knows by another value (raw JSON).
        std::string_view replaced_key;
        std::string replacement;
        /// Of params, without braces and `_meta`, instead of what the client sent.
        std::optional<std::string> members;
        /// Of tools/call: who looks after tasks, and what the tool says of them. Null: this call
        /// can become none.
        task_taker* tasks = nullptr;
        task_support tool_tasks = task_support::forbidden;
        std::string_view tool; ///< of tools/call: its name at the server
        bool is_cacheable = false;
        std::string_view uri_json;                      ///< for resource errors
        output_shape output = output_shape::undeclared; ///< of the tool that is called
        double progress_told = 0; ///< while the server was started, before this call
    };

    /// `o`, `request` and `sink` must live until then.
    task<result<forwarded_answer>> send(const order& o, const client_request& request,
                                        reply_sink& sink);

private:
    /// One request on its way; in the frame of send().
    struct journey;

    task<result<forwarded_answer>> begin(journey& way, upstream& target);
    task<> go_on(journey& way, upstream& target, reply_sink& sink,
                 result<forwarded_answer>& answered);

    // attempts (forwarder_attempts.cpp)
    task<result<forwarded_answer>> try_once(journey& way, upstream& target);
    task<result<forwarded_answer>> try_later(journey& way, upstream& target, upstream::caller who,
                                             std::string key);
    task<result<forwarded_answer>> call_at(journey& way, upstream::lease place);
    task<result<forwarded_answer>> try_again(journey& way, upstream& target,
                                             result<forwarded_answer> answered);
    task<> pause_before_repeat(std::chrono::milliseconds time, abort_signal& abort);
    [[nodiscard]] static bool may_be_repeated(const journey& way, const upstream& target);

    // fallbacks (forwarder_fallbacks.cpp)
    [[nodiscard]] static bool may_fall_back(const journey& way, const fault& reason);
    task<result<forwarded_answer>> fall_back(journey& way, upstream& failed, fault reason);
    task<result<forwarded_answer>> try_fallback(journey& way, const upstream& failed,
                                                fallback_plan::step step);

    [[nodiscard]] static upstream_call make_call(const journey& way, message_text&& members,
                                                 std::string_view retry_members);
    task<result<forwarded_answer>> resume(journey& way);
    task<result<forwarded_answer>> call(journey& way);
    [[nodiscard]] result<void> prepare(journey& way) const;
    static void fill_members(journey& way);
    static task<result<forwarded_answer>> fail(fault reason);
    task<result<forwarded_answer>> call_once(journey& way);
    [[nodiscard]] static bool is_for_rounds_alone(const journey& way,
                                                  const result<upstream_answer>& answer);
    task<result<forwarded_answer>> call_parked(journey& way);
    task<result<forwarded_answer>> call_in_rounds(journey& way);
    task<result<std::string>> ask_client(const std::string& result_json, journey& way);
    [[nodiscard]] result<void> read_state(journey& way) const;
    [[nodiscard]] result<forwarded_answer> finish(journey& way,
                                                  const result<upstream_answer>& answer,
                                                  std::string_view missing_capabilities) const;
    [[nodiscard]] result<forwarded_answer> end_round(journey& way,
                                                     parked_calls::round_end end) const;
    [[nodiscard]] result<forwarded_answer> ask_for_visit(const journey& way,
                                                         std::string_view error_json) const;
    [[nodiscard]] forwarded_answer input_required(const journey& way, std::string members) const;
    [[nodiscard]] std::string seal(const journey& way, request_state state) const;

    const registry& upstreams_;
    const request_states& states_;
    parked_calls& parked_;
    logger& log_;
    std::uint64_t requests_made_ = 0;
    std::minstd_rand random_{std::random_device{}()}; ///< several gateways must not retry in step
};

} // namespace mcpgw
