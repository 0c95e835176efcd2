// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace mcpgw {

/// Limits of the client side.
struct client_limits {
    std::size_t message_bytes_max = 16U << 20U; ///< body of a POST, line on stdio
    std::size_t header_bytes_max = 32U << 10U;
    std::size_t connections_max = 10'000;
    std::size_t sessions_max = 10'000;
    std::size_t sessions_per_client_max = 5'000; ///< from one address
    std::size_t memory_max = 256U << 20U; ///< bodies and queues of all clients together
    std::size_t depth_max = 256;                     ///< nesting of JSON
    std::size_t requests_per_session_max = 1'000;    ///< in flight
    std::size_t batch_messages_max = 100;            ///< of a JSON-RPC batch (2025-03-26)
    std::size_t stream_queue_bytes_max = 16U << 20U; ///< waiting for one slow client
    std::size_t notifications_backlog_max = 256;     ///< kept for a session without a stream
    std::size_t resume_events_max = 1'000;           ///< kept for a session to resume streams with
    std::size_t resume_bytes_max = 1U << 20U;        ///< of those
    std::chrono::milliseconds drain_timeout{10'000}; ///< for requests in flight when stdin ends
    /// For replies on their way when the gateway stops, to clients that read slowly or not at all.
    std::chrono::milliseconds stop_grace{5'000};
};

} // namespace mcpgw
