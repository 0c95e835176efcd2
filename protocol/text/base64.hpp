// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// The two spellings of RFC 4648 that MCP and we use.
enum class base64_form : std::uint8_t {
    padded, ///< section 4: `+` and `/`, padded with `=` to whole groups
    url,    ///< section 5: `-` and `_`, no padding
};

std::string encode_base64(std::string_view bytes, base64_form form);

/// Strict: exactly the characters of the form, padding where it belongs and only there, unused bits
/// zero. So each sequence of bytes has one spelling, and nobody reads two things from one text.
std::optional<std::string> decode_base64(std::string_view text, base64_form form);

} // namespace mcpgw
