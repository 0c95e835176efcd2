// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/keys/config_keys.hpp"

#include <span>

namespace mcpgw {

/// The parts of config_keys(), in its order: what clients see and meet, what one server may be
/// given, and what its process is kept from. Static tables.
std::span<const config_key> client_side_keys();
std::span<const config_key> child_keys();
std::span<const config_key> isolation_keys();

/// Ranges that several of them use.
inline constexpr double key_bytes_min = 1024;
inline constexpr double key_bytes_max = 1024.0 * 1024 * 1024;
inline constexpr double key_count_max = 1'000'000;
inline constexpr double day_seconds = 86'400;
inline constexpr double day_ms = day_seconds * 1000;

} // namespace mcpgw
