// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// "Did you mean": what the user may have meant by a word that config_keys() does not know.

/// For an unknown key: "did you mean `x`?" or where it belongs. May be
/// empty.
std::string unknown_key_hint(std::string_view section, std::string_view name);

/// The one of `candidates` that `name` looks like, or empty.
std::string_view nearest_word(std::string_view name,
                              const std::vector<std::string_view>& candidates);

} // namespace mcpgw
