// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace mcpgw {

/// How a remote server carries messages.
enum class remote_transport : std::uint8_t {
    automatic,       ///< Streamable HTTP, else HTTP+SSE (2025-11-25, basic/transports, "Backwards
                     ///< Compatibility")
    streamable_http, ///< of both eras
    sse,             ///< HTTP+SSE of 2024-11-05
};
template <>
inline constexpr auto enum_words<remote_transport> = std::array{
    enum_word{remote_transport::automatic, "auto"},
    enum_word{remote_transport::streamable_http, "streamable_http"},
    enum_word{remote_transport::sse, "sse"},
};

/// A server that is reached over HTTP instead of being started.
struct remote_options {
    std::string url; ///< empty: it is a process
    remote_transport transport = remote_transport::automatic;
    /// Sent with every request. Values may be secrets: they are never shown.
    std::map<std::string, std::string> headers;
    std::string bearer_token; ///< for `Authorization: Bearer`; a secret
    std::string ca_file;      ///< PEM; empty: the system's certificates
    std::uint64_t ca_mark = 0; ///< of what it holds: with another one it is another file
    /// "auto": what the environment says; "none"; else a proxy's address. May hold a password.
    std::string proxy = "auto";
    std::chrono::milliseconds connect_timeout{10'000};
    /// It is a gateway like this one, which hears in `_meta` whose requests these are: the session
    /// that the client names itself, or else this one. Empty: any other server.
    std::string session_handle;
};

} // namespace mcpgw
