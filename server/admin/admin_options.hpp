// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mcpgw {

/// How a running gateway can be looked at and changed: `[admin]`.
struct admin_options {
    std::string socket = "auto"; ///< path; auto: where the commands look for it; off: none
    std::string address;         ///< over TCP as well; empty: not
    std::uint16_t port = 0;
    std::string token;    ///< which requests over TCP must bring
    access_policy access; ///< over TCP

    static constexpr std::size_t token_bytes_min = 16;
};

struct admin_limits {
    std::size_t connections_max = 16;
    std::size_t header_bytes_max = 16U << 10U;
    std::size_t body_bytes_max = 256U << 10U;
    std::chrono::milliseconds idle_timeout{30'000};    ///< until the next request begins
    std::chrono::milliseconds request_timeout{10'000}; ///< for one to arrive
    std::chrono::milliseconds write_timeout{10'000};   ///< for the reply to be taken
    std::chrono::milliseconds accept_pause{50};        ///< after an error of accept()
};

} // namespace mcpgw
