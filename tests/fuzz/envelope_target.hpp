#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw::test {

/// Runs everything in protocol/ that reads or edits JSON text on `text`, which may be anything, and
/// compares it with Boost.JSON and with itself. Returns what does not fit, or an empty string.
std::string check_envelope_invariants(std::string_view text);

/// The same for libFuzzer: prints what does not fit and aborts. Returns 0.
int run_envelope_target(const std::uint8_t* data, std::size_t size);

} // namespace mcpgw::test
