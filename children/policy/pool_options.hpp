// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mcpgw {

/// Who uses an instance of a server.
enum class sharing : std::uint8_t {
    shared,    ///< everybody any of them
    session,   ///< each client session its own
    principal, ///< each authenticated user their own
    call,      ///< each call its own, which ends with it
};
template <>
inline constexpr auto enum_words<sharing> = std::array{
    enum_word{sharing::shared, "shared"},
    enum_word{sharing::session, "session"},
    enum_word{sharing::principal, "principal"},
    enum_word{sharing::call, "call"},
};

/// The instances of one server: how many, for whom, and for how long.
struct pool_options {
    sharing share = sharing::shared;
    std::size_t min = 1; ///< kept ready where the server is started ahead of its use
    /// Never more. 0: one where everybody shares it and it asks nobody, else `many`.
    std::size_t max = 0;
    static constexpr std::size_t many = 8;
    std::chrono::milliseconds idle_timeout{
        900'000};                              ///< unused for so long, it is stopped; 0: never
    std::chrono::milliseconds max_lifetime{0}; ///< then it is replaced; 0: never
    /// What is replaced has so long for the calls that are under way on it.
    std::chrono::milliseconds drain_timeout{600'000};
    std::chrono::milliseconds queue_timeout{30'000}; ///< how long a call waits for a place
    std::size_t queue_max = 64;                      ///< calls that wait for one
};

} // namespace mcpgw
