// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::bench {

/// How a client speaks: with sessions (2025-11-25), without (2026-07-28), or over HTTP+SSE
/// (2024-11-05).
enum class dialect : std::uint8_t { legacy, modern, old_sse };

/// What is called again and again.
struct call_kind {
    enum class what : std::uint8_t { echo, progress, list };
    what is = what::echo;
    std::string tool = "echo";   ///< as the subject names it
    std::string text;            ///< that it gives back; needs no escapes in JSON
    std::size_t tools_count = 0; ///< that the list must have
};
call_kind echo_of(std::size_t text_bytes);
call_kind progress_call();
call_kind list_of(std::size_t tools_count);

/// Ids all have ten digits, so that a new one fits into the bytes of the last message.
inline constexpr std::uint64_t first_id = 1'000'000'000;
inline constexpr std::size_t id_digits = 10;

/// A message that is made once; only the ids in it change.
struct patched_text {
    std::string bytes;
    std::vector<std::size_t> ids; ///< where they stand

    void set_id(std::uint64_t id);
};

/// The JSON text of a call, without line end.
patched_text make_message(const call_kind& kind, dialect spoken);
/// The same as an HTTP request. `fields`: more header fields, whole lines.
patched_text make_post(const patched_text& message, std::string_view path, std::string_view fields);
/// The header fields that a call needs.
std::string fields_of(const call_kind& kind, dialect spoken, std::string_view session);
/// initialize, as a whole message.
std::string make_initialize(dialect spoken);
inline constexpr std::string_view initialized_message =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

} // namespace mcpgw::bench
