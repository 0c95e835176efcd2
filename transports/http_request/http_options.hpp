// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"

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

} // namespace mcpgw
