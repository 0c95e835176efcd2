// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "server/calls/call_relay.hpp"
#include "transports/async/async_condition.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A call to a legacy server on behalf of a modern client. The server asks by requests in the
/// middle of the call, the client answers by repeating its request: so the call outlives the
/// requests. While none is attached it is parked, the server waits, and nothing is executed twice.
///
/// Shared by the table, by the coroutine that runs the call, and by the instance whose questions it
/// gets. No I/O; time is passed in.
class parked_call final : public call_observer {
public:
    /// Whose call it is, for which request, and at which server.
    struct identity {
        std::string id;
        std::string principal;
        std::string digest;
        std::string upstream;
    };
    /// Says whether one more call may wait for its client; else why not.
    using admission = std::function<result<void>()>;

    parked_call(executor ex, identity who, revision server, owner_id owner, admission may_park);

    [[nodiscard]] const identity& who() const { return who_; }
    [[nodiscard]] revision server() const { return server_; }
    [[nodiscard]] std::uint64_t round() const { return round_; }

    // --- the request that serves it now ---
    /// From now on the client can be told things; null: the call is parked.
    void attach(std::shared_ptr<call_relay> relay);
    [[nodiscard]] bool is_attached() const { return relay_ != nullptr; }
    /// Answers of a retry, raw `inputResponses`. Keys that nobody asked for are ignored.
    void answer(std::string_view input_responses);
    /// A round ends: what is open goes to the client as `inputRequests` (raw object).
    std::string end_round();
    /// Since when something new is to be asked; nothing: there is no open question.
    [[nodiscard]] std::optional<clock_type::time_point> asking_since() const;

    // --- the call ---
    void finish(result<upstream_answer> outcome);
    [[nodiscard]] bool has_ended() const { return outcome_.has_value(); }
    /// For the client; after that the call is of no use to anybody.
    result<upstream_answer> take_outcome();
    [[nodiscard]] bool is_done() const { return is_done_; }
    /// Nobody will answer any more: elicitations are cancelled, other questions fail, and the
    /// server is told that the call is void.
    void give_up(const fault& reason);
    /// Raw {"requiredCapabilities":…} where a question was refused because the client lacks one.
    [[nodiscard]] const std::string& missing_capabilities() const { return missing_; }

    void on_progress(std::string_view line, const envelope& message) override;
    void on_log(std::string_view line, const envelope& message) override;
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override;
    result<std::string> translate_answer(std::string_view method, std::string answer) override;
    [[nodiscard]] bool is_waiting_for_client() const override;
    [[nodiscard]] std::optional<clock_type::time_point> parked_since() const override;
    void give_way() override;
    [[nodiscard]] owner_id owner() const override { return owner_; }

    async_condition changed;
    abort_signal abort; ///< of the call at the server

private:
    struct open_question {
        std::string key;
        std::string method;
        std::string params; ///< raw object, in the client's revision; may be empty
        std::shared_ptr<question> pending;
        clock_type::time_point since;
    };
    void forget_settled();

    executor executor_;
    identity who_;
    revision server_;
    owner_id owner_;
    admission may_park_;
    std::shared_ptr<call_relay> relay_;
    std::optional<clock_type::time_point> parked_since_;
    std::string client_capabilities_; ///< of the last request
    std::vector<open_question> questions_;
    std::uint64_t round_ = 0;
    std::uint64_t keys_made_ = 0;
    std::optional<result<upstream_answer>> outcome_;
    bool is_done_ = false;
    std::string missing_;
};

} // namespace mcpgw
