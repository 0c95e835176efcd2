#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mcpgw {

/// What a body whose length is told gets at once. A connection may keep as much while it is idle.
inline constexpr std::size_t body_first_bytes = 64U * 1024;
/// How much of it is made ready at a time, from then on.
inline constexpr std::size_t body_step_bytes = 256U * 1024;

/// Makes room in `body`, whose bytes have all come, for the next ones of the `told` bytes that it
/// will have, and returns that room; it is empty when nothing is missing.
///
/// The memory follows what has come, not what was announced: whoever announces much and sends
/// nothing must not hold much. The body has never room for more than twice what has come (or the
/// first bytes), nor for more than was told; what has come is moved a few times at most.
std::span<char> make_room(std::string& body, std::size_t told);

} // namespace mcpgw
