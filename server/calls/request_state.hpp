// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/crypto/sealed_token.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a `requestState` of ours says (2026-07-28, basic/patterns/mrtr). It travels through the
/// client and is sealed, so it comes back unread and unchanged.
struct request_state {
    enum class kind : std::uint8_t {
        parked,  ///< a call of a legacy server waits for the answers
        relayed, ///< a modern server's own state, bound to our client and request
        url,     ///< a legacy server refused until the user has visited a URL
    };
    kind what = kind::parked;
    std::string principal; ///< whose it is
    std::string digest;    ///< of the request that it belongs to: request_digest()
    std::string upstream;

    std::string call;           ///< parked: id of the call
    std::uint64_t round = 0;    ///< parked: valid for this round only; url: how many times so far
    std::string upstream_state; ///< relayed: the server's own, a raw JSON string
};

/// Seals and opens request states. Owned by the gateway. Time is passed in.
class request_states {
public:
    using time_point = token_sealer::time_point;

    request_states(const token_sealer& sealer, std::chrono::milliseconds lifetime);

    [[nodiscard]] std::chrono::milliseconds lifetime() const { return lifetime_; }
    /// Of states that are sealed from now on.
    void set_lifetime(std::chrono::milliseconds lifetime) { lifetime_ = lifetime; }
    /// The token, as plain text.
    [[nodiscard]] std::string seal(const request_state& state, time_point now) const;
    /// The state behind `token` if it was sealed for the same client, request and upstream and has
    /// not expired. Error: the one that clients get, the same whatever is wrong; `why` (optional)
    /// gets the reason, for the log.
    [[nodiscard]] result<request_state> open(std::string_view token, const request_state& expected,
                                             time_point now, std::string* why = nullptr) const;

    /// For a state that opens and still leads nowhere: its call has ended, its round is over.
    static fault invalid();

private:
    const token_sealer& sealer_;
    std::chrono::milliseconds lifetime_;
    std::string replica_; ///< of this process: parked calls live in one
};

} // namespace mcpgw
