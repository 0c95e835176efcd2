// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mcpgw {

/// What a body whose length is told gets before any of it has come.
inline constexpr std::size_t body_first_bytes = 256U * 1024;

/// The memory of a body of `told` bytes of which `come` have come and fill what it had.
///
/// Whoever announces much and sends nothing must not hold much: all of it is there only for who has
/// sent the first bytes, and then nothing is moved any more. What has not come is not resident
/// either (byte_block).
std::size_t body_capacity(std::size_t come, std::size_t told);

} // namespace mcpgw
