#pragma once

#include "protocol/http_rules.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mcpgw {

/// The HTTP side towards clients.
struct http_options {
    std::string address = "127.0.0.1"; ///< loopback unless the user says otherwise
    std::uint16_t port = 8080;         ///< 0: any free port (printed at start)
    std::string path = "/mcp";
    std::string sse_path = "/sse";           ///< HTTP+SSE of 2024-11-05
    std::string messages_path = "/messages"; ///< its POST side
    access_policy access;

    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{30'000};
    std::size_t body_rate_min = 500; ///< bytes a second of a body, after a while; 0: any
    std::chrono::milliseconds idle_timeout{75'000}; ///< keep-alive connection without a request
    std::chrono::milliseconds write_timeout{30'000}; ///< since the client last took a byte
    std::chrono::milliseconds sse_keep_alive{15'000}; ///< comment on a silent stream
    /// A call of a 2025-11-25 session without an answer for that long gets its reply as a stream,
    /// from which it can be resumed.
    std::chrono::milliseconds stream_delay{1'000};
    std::chrono::milliseconds retry_delay{0}; ///< `retry` of a stream, before resuming; 0: unsaid
    std::chrono::milliseconds session_timeout{3'600'000}; ///< legacy session without a request
    /// A reply's body of so many bytes or more goes out compressed if the client asks for it.
    bool compresses = true;
    std::size_t compress_bytes_min = 32U << 10U;
};

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
