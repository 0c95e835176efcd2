// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mcpgw {

/// What a body whose length is told gets before any of it has come.
inline constexpr std::size_t body_first_bytes = 256U * 1024;

/// The next capacity of a body whose memory is full: `received` bytes of `announced` have come.
///
/// A client that announces much and sends nothing gets little memory. Behind its first bytes it
/// gets all of it at once, so that nothing is moved any more; what has not come is not resident
/// (byte_block).
std::size_t next_capacity(std::size_t received, std::size_t announced);

} // namespace mcpgw
