// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace mcpgw {

/// What a request to a server is for. Each kind has a room of its own among the calls in flight, so
/// that neither the clients nor the gateway can take the places that the other needs.
enum class call_kind : std::uint8_t {
    client,    ///< of a client, on a place of the pool: what `limits.calls_in_flight_max` counts
    follow_up, ///< about the task that a call has left behind; takes no place
    own,       ///< of the gateway: handshake, lists, health, log level, subscriptions
};
constexpr std::size_t call_kinds = 3;

} // namespace mcpgw
