// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/envelope.hpp"
#include "server/demo/demo_reply.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// How the demo server's `ask` gets its answer, in both eras. Owned by the dispatcher; knows no
/// clock and no I/O.
///
/// A legacy client gets a live `elicitation/create` request, and the call waits here for the
/// response. A modern client gets an unfinished result and retries (2026-07-28,
/// basic/patterns/mrtr): nothing is kept, the `requestState` proves that the question was ours.
class demo_questions {
public:
    using time_point = std::chrono::steady_clock::time_point;
    /// Key of the integrity tag; random, one per process.
    using key = std::array<unsigned char, 32>;

    explicit demo_questions(const key& k) : key_(k) {}

    /// Asks a legacy client. `has_modes`: the client knows `mode` (2025-11-25 and later). Fault
    /// server_busy past the limit of open questions.
    result<void> ask(std::string_view id, std::string_view question, bool has_modes,
                     std::string& out);
    /// A response from the client; one that answers no open question is ignored.
    void on_response(std::string_view line, const envelope& response, std::string& out);
    [[nodiscard]] bool has(std::string_view id) const;
    /// Forgets the question of a call and withdraws it; false if the call has none.
    bool cancel(std::string_view id, std::string& out);

    /// Parts of a modern call of `ask`; raw JSON, empty where absent.
    struct round {
        std::string_view input_responses;
        std::string_view request_state;
    };
    /// One round of a modern call: asks, or gives the result. Fault invalid_params for a state that
    /// is not ours, is for another question, or is too old.
    result<void> on_round(std::string_view id, std::string_view question, const round& r,
                          time_point now, std::string& out) const;

private:
    [[nodiscard]] std::string make_state(std::string_view question, time_point now) const;
    [[nodiscard]] bool is_our_state(std::string_view state, std::string_view question,
                                    time_point now) const;
    [[nodiscard]] std::string tag(std::string_view question, std::int64_t issued) const;

    key key_;
    std::int64_t last_request_ = 0;
    std::unordered_map<std::string, std::string> calls_by_request_; // our id -> the call's id
    std::unordered_map<std::string, std::string> requests_by_call_;
};

} // namespace mcpgw
